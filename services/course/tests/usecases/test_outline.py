"""Replacing an outline with fakes: blocks are kept before the transaction, and only when the change may be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import pytest

from lms_core.domain.errors import Conflict, Forbidden, NotFound, Stale
from lms_core.testing.fakes import FakeUnitOfWork, fake_id, principal
from services.course.domain.content import Block, Text
from services.course.domain.outline import Lesson, Module, Outline, Topic
from services.course.ports.content import ContentStore
from services.course.ports.outline import Outlines, OwnedOutline
from services.course.usecases.outline import ReplaceOutline, ShowOutline

COURSE, AUTHOR, OTHER = fake_id(100), fake_id(101), fake_id(102)
HELLO = Text(markdown="Hello")
TOPIC: Topic[Block] = Topic(id=fake_id(3), title="T", required=True, blocks=(HELLO,))
MODULES = (Module(id=fake_id(1), title="M", lessons=(Lesson(id=fake_id(2), title="L", topics=(TOPIC,)),)),)


class FakeStore(ContentStore):
    """Blocks by a name; remembers whether a transaction was open when they came."""

    def __init__(self, uow: FakeUnitOfWork) -> None:
        self.kept: dict[str, Block] = {}
        self._uow = uow

    async def put(self, blocks: Iterable[Block]) -> Mapping[Block, str]:
        with pytest.raises(RuntimeError, match="inside"):
            self._uow.answer(COURSE)
        hashes = {block: str(hash(block)) for block in blocks}
        self.kept |= {key: block for block, key in hashes.items()}
        return hashes

    async def get(self, hashes: Sequence[str]) -> Mapping[str, Block]:
        return {key: self.kept[key] for key in hashes}


class FakeOutlines(Outlines):
    """One course's outline; `published` is the number of its newest version."""

    def __init__(self, published: int | None = None) -> None:
        self.outline = Outline(course_id=COURSE)
        self.published = published

    async def get(self, course_id: UUID) -> Outline:
        return self.outline

    async def add(self, outline: Outline) -> None:
        raise Conflict

    async def update(self, outline: Outline) -> None:
        outline.version += 1

    async def look(self, course_id: UUID) -> OwnedOutline:
        if course_id != COURSE:
            raise NotFound
        return OwnedOutline(
            course_id=COURSE,
            instructor_id=AUTHOR,
            published_version=self.published,
            modules=self.outline.modules,
            version=self.outline.version,
        )


async def test_blocks_go_into_the_store_and_their_hashes_into_the_outline() -> None:
    outlines, uow = FakeOutlines(), FakeUnitOfWork()
    store = FakeStore(uow)
    me = principal("instructor", id=AUTHOR)
    replaced = await ReplaceOutline(outlines, store, uow)(me, COURSE, 1, MODULES)
    assert uow.committed
    assert (replaced.modules, replaced.version) == (MODULES, 2)
    assert outlines.outline.modules[0].lessons[0].topics[0].blocks == tuple(store.kept)
    assert await ShowOutline(outlines, store)(me, COURSE) == replaced


@pytest.mark.parametrize(
    ("person", "published", "version", "refusal"),
    [(AUTHOR, None, 7, Stale), (OTHER, None, 1, NotFound), (OTHER, 1, 1, Forbidden)],
)
async def test_what_is_refused_stores_nothing(
    person: UUID, published: int | None, version: int, refusal: type[Exception]
) -> None:
    uow = FakeUnitOfWork()
    store = FakeStore(uow)
    with pytest.raises(refusal):
        await ReplaceOutline(FakeOutlines(published), store, uow)(
            principal("instructor", id=person), COURSE, version, MODULES
        )
    assert (store.kept, uow.committed) == ({}, False)
