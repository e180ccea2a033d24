"""Course content: a store of blocks, and published content ready to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from services.course.domain.content import Access, Block


class ContentStore(Protocol):
    """Blocks, insert-only, each under the hash of its bytes. Outlines refer to them; nothing here refers back."""

    async def put(self, blocks: Iterable[Block]) -> Mapping[Block, str]:
        """Keep blocks, each with its hash. Comes before the transaction that refers to them, never inside one."""

    async def get(self, hashes: Sequence[str]) -> Mapping[str, Block]:
        """What is kept under these hashes. Raises LookupError for one that is not there."""


class Library(Protocol):
    """Published content as it goes to readers."""

    async def read(self, course_id: UUID, version: int) -> bytes:
        """`Content` encoded as JSON; the same bytes for ever. Raises NotFound."""


class Accesses(Protocol):
    """Who may see what."""

    async def of(self, course_id: UUID, person: UUID) -> Access:
        """Read. Raises NotFound when there is no such course."""
