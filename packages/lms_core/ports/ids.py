"""New identifiers."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Identifiers come from here and nowhere else, so that a test can foretell them."""

    def new(self) -> UUID:
        """A new UUIDv7: unique, and later ones sort after earlier ones of the same millisecond or before."""
