"""The demonstration school among the accounts."""

from __future__ import annotations

from typing import Protocol

from services.auth.domain.demonstration import DemoAccount


class Demonstration(Protocol):
    """Reads."""

    async def accounts(self) -> list[DemoAccount]:
        """Those of the school, by address; none when it is not here."""

    async def strangers(self) -> bool:
        """Whether there are accounts that are not the school's."""
