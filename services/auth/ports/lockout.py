"""Tallies of failures, and places that are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.auth.domain.lockout import Patience


class Tallies(Protocol):
    """Kept across processes and restarts."""

    async def count(self, keys: Mapping[str, Patience], now: datetime) -> timedelta:
        """One more failure in each tally; or, if one of them wants a wait, its length, and nothing is counted.

        In a short transaction of its own, rivals one after the other.
        """

    async def take_back(self, keys: Iterable[str]) -> None:
        """It was no failure. Inside the unit of work."""


class Places(Protocol):
    """Where people signed in from. Inside the unit of work."""

    async def remember(self, user_id: UUID, place: str, now: datetime) -> None:
        """They signed in from there; what is older than KNOWN_FOR is forgotten."""
