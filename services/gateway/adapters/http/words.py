"""Figures as the gateway's pages write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from lms_core.domain.pulse import MANY
from lms_core.domain.traces import Step
from services.gateway.usecases.monitoring import ServiceNow

_GOOD = {"sent", "done", "active", "succeeded", "issued", "read"}
_WARN = {"waiting", "ready", "parked", "backing-off", "open", "pending", "charging", "queued"}
_BAD = {"dead", "failed", "suspended"}


def rate(value: float) -> str:
    """A rate: `0.4`, `1,204`."""
    return f"{value:.1f}" if value < 10 else f"{round(value):,}"


def count(value: int | None) -> str:
    """A backlog: `12`, `10,000+`, a dash for one that nobody told."""
    if value is None:
        return "–"
    return f"{MANY:,}+" if value >= MANY else f"{value:,}"


def ms(value: float | None) -> str:
    """A latency: `1.4 ms`."""
    return "–" if value is None else f"{value:.1f} ms"


def duration(milliseconds: int) -> str:
    """`87 ms`, `2.4 s`, `3 min 20 s`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes} min {seconds} s"


def points(series: Sequence[int]) -> str:
    """A series as the points of a line, 59 wide and 20 high."""
    top = max(*series, 1)
    return " ".join(f"{i},{19 - value / top * 18:.1f}" for i, value in enumerate(series))


def waiting(services: Sequence[ServiceNow]) -> str:
    """Everything that waits, of all services."""
    return count(sum((s.outbox or 0) + (s.inbox or 0) + (s.jobs or 0) for s in services))


def given_up(services: Sequence[ServiceNow]) -> str:
    """Everything that was given up."""
    return count(sum((s.dead_letters or 0) + (s.dead_jobs or 0) for s in services))


def short(event_type: str) -> str:
    """An event's name: `UserEnrolled` of `lms.course.UserEnrolled.v1`; a stranger's as it is."""
    parts = event_type.split(".")
    return parts[2] if len(parts) == 4 and parts[0] == "lms" else event_type


def headline(step: Step) -> str:
    """What a step is called in its story."""
    return short(step.name) if step.kind == "event" else step.title


def mood(step: Step) -> str:
    """The colour of a step's state."""
    if step.kind == "request":
        return "bad" if step.state >= "5" else "warn" if step.state >= "4" else "good"
    found = {**dict.fromkeys(_GOOD, "good"), **dict.fromkeys(_WARN, "warn"), **dict.fromkeys(_BAD, "bad")}
    return found.get(step.state, "")


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (rate, count, ms, duration, points, waiting, given_up, short, headline, mood)
}
