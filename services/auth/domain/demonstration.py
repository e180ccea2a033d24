"""The accounts of the demonstration school. Everybody knows their password, so they must be told from all others.

They are told by their ids: UUIDs of version 8 (RFC 9562, section 5.8) between FIRST and LAST. Accounts that people make
have ids of version 7, so nobody can register into the school, nor out of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

PASSWORD: Final = "learning-by-doing"  # noqa: S105
"""Of every demonstration account."""
DOMAIN: Final = "school.example"
"""Of their addresses; it never exists (RFC 2606)."""
ADMINISTRATOR: Final = f"admin@{DOMAIN}"
FIRST: Final = UUID("7363686f-6f6c-8000-8000-000000000000")
LAST: Final = UUID("7363686f-6f6c-8fff-bfff-ffffffffffff")
"""The bits that differ between the two are the account's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account that anybody may sign in to."""

    email: str
    display_name: str
    roles: tuple[str, ...]
    password: str = PASSWORD


def demo_id(email: str) -> UUID:
    """The id of the demonstration account with this address: always the same."""
    own = FIRST.int ^ LAST.int
    return UUID(int=FIRST.int | int.from_bytes(hashlib.sha256(email.encode()).digest()[:16]) & own)
