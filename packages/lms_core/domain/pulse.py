"""How a service is doing at the moment: what the gateway asks of it again and again, so it is cheap to answer."""

from __future__ import annotations

import msgspec

MANY = 10_000
"""Rows are counted up to here: a larger backlog is `MANY`, which costs no more to find out."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """That an event was published; nothing of what it says, nor whom it is about."""

    position: int
    """In its service's log."""
    type: str
    at: int
    """Unix milliseconds."""
    trace_id: str


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """What a service says of itself."""

    service: str
    summary: str
    version: str
    faults: dict[str, str]
    """Why it is not ready; empty when it is."""
    outbox: int = 0
    """Events that are still to be sent."""
    inbox: int = 0
    """Events that are still to be handled."""
    jobs: int = 0
    """Jobs that are still to be done; not those that were put off."""
    dead_letters: int = 0
    """Events that were given up."""
    dead_jobs: int = 0
    """Jobs that were given up."""
    position: int = 0
    """Of the last event in its log."""
    events: list[Published] = []
    """The newest that were asked for, in order."""
