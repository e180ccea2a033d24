"""The content store, and the library in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from lms_adapters.sql.engine import Database, open_database
from lms_adapters.sql.migrations.runner import migrate
from lms_core.testing.fakes import MORNING, FakeClock, fake_id
from services.course.adapters.memory.content import ReadyLibrary
from services.course.adapters.sql.content import SqlContentStore
from services.course.domain.content import Block, Text, Video
from services.course.domain.outline import Lesson, Module, Topic
from services.course.domain.publishing import CourseVersion
from services.course.ports.publishing import Shelf
from services.course.service import SERVICE
from services.course.settings import CourseSettings

BLOCKS: list[Block] = [Text(markdown="Größe\n☃\x00"), Video(url="https://example.org/a.mp4", seconds=3)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/course.db")
    await opened.open()
    await migrate(opened, SERVICE.revisions)
    yield opened
    await opened.close()


async def keeps_blocks(database: Database) -> None:
    store = SqlContentStore(database, FakeClock())
    hashes = await store.put([*BLOCKS, BLOCKS[0]])
    assert set(hashes) == set(BLOCKS)
    assert await store.get(list(hashes.values())) == {key: block for block, key in hashes.items()}
    assert await store.put(BLOCKS) == hashes, "the same bytes, the same hash"
    [(count,)] = await database.read("SELECT count(*) FROM content_block", ())
    assert count == 2
    assert await store.put([]) == {}
    assert await store.get([]) == {}
    with pytest.raises(LookupError):
        await store.get(["0" * 64])


async def test_blocks_are_kept_once(database: Database) -> None:
    await keeps_blocks(database)


@pytest.mark.engine
async def test_blocks_are_kept_once_on_postgresql(database_url: str) -> None:
    opened = open_database(database_url)
    await opened.open()
    try:
        await migrate(opened, SERVICE.revisions)
        await keeps_blocks(opened)
    finally:
        await opened.close()


class CountingShelf(Shelf):
    """Every course has any version of one topic."""

    def __init__(self, block: str) -> None:
        self.reads: list[int] = []
        self._block = block

    async def by_id(self, id: UUID) -> CourseVersion:
        raise NotImplementedError

    async def numbered(self, course_id: UUID, version: int) -> CourseVersion:
        self.reads.append(version)
        topic = Topic(id=fake_id(3), title="T", required=True, blocks=(self._block,))
        lesson = Lesson(id=fake_id(2), title="L", topics=(topic,))
        return CourseVersion(
            id=fake_id(version),
            course_id=course_id,
            version=version,
            title="C",
            modules=(Module(id=fake_id(1), title="M", lessons=(lesson,)),),
            published_by=fake_id(9),
            published_at=MORNING,
        )


async def test_what_was_read_last_is_kept_ready(database: Database) -> None:
    store = SqlContentStore(database, FakeClock())
    big = Text(markdown="x" * 400_000)
    shelf = CountingShelf((await store.put([big]))[big])
    library = ReadyLibrary(shelf, store, CourseSettings(content_cache_mb=1))
    first = await library.read(fake_id(5), 1)
    assert await library.read(fake_id(5), 1) is first
    for version in (2, 1, 3, 1, 2):  # two fit; the one that was not used longest goes
        await library.read(fake_id(5), version)
    assert shelf.reads == [1, 2, 3, 2]
