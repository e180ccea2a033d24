"""What is changed only by those who have read it as it is: the rule behind If-Match."""

from __future__ import annotations

from lms_core.domain.errors import Stale


class Versioned:
    """Has a version that grows with each change: its entity tag."""

    __slots__ = ()
    version: int

    def read_as(self, version: int) -> None:
        """Raises Stale unless a change is made from this version."""
        if version != self.version:
            raise Stale(current=self.version)
