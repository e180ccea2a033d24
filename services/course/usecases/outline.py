"""Working on the outline of a course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.domain.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Stale
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.course.domain.content import Block
from services.course.domain.outline import Module, blocks, exchange, fitting
from services.course.ports.content import ContentStore
from services.course.ports.outline import Outlines
from services.course.usecases.authoring import must_edit


@dataclass(frozen=True, slots=True, kw_only=True)
class FullOutline:
    """An outline with its blocks in place."""

    course_id: UUID
    modules: tuple[Module[Block], ...]
    version: int


@dataclass(frozen=True, slots=True)
class ShowOutline:
    """Show the outline that the author works on, with all its blocks.

    Learners read published content instead. Its ETag is what `If-Match` wants when it is replaced.
    """

    raises: ClassVar = (NotFound, Forbidden)

    outlines: Outlines
    store: ContentStore

    async def __call__(self, me: Principal, course_id: UUID) -> FullOutline:
        outline = await self.outlines.look(course_id)
        must_edit(me, outline.instructor_id, outline.published_version)
        kept = await self.store.get(list(blocks(outline.modules)))
        modules = exchange(outline.modules, kept.__getitem__)
        return FullOutline(course_id=course_id, modules=modules, version=outline.version)


@dataclass(frozen=True, slots=True)
class ReplaceOutline:
    """Replace the whole outline.

    Send the outline's ETag as `If-Match`, and every module, lesson and topic in order. Parts without an id are given
    one; keep a topic's id as long as it is the same topic, for learners' progress counts by it. Published versions do
    not change: publish again to give out the new outline.
    """

    raises: ClassVar = (NotFound, Forbidden, Invalid, PreconditionRequired, Stale)

    outlines: Outlines
    store: ContentStore
    uow: UnitOfWork

    async def __call__(
        self, me: Principal, course_id: UUID, version: int, modules: tuple[Module[Block], ...]
    ) -> FullOutline:
        modules = fitting(modules)
        known = await self.outlines.look(course_id)
        must_edit(me, known.instructor_id, known.published_version)
        known.read_as(version)
        hashes = await self.store.put(blocks(modules))
        async with self.uow:
            outline = await self.outlines.get(course_id)
            outline.replace(exchange(modules, hashes.__getitem__), version)
            await self.outlines.update(outline)
        return FullOutline(course_id=course_id, modules=modules, version=outline.version)


USE_CASES = (ShowOutline, ReplaceOutline)
