"""Who was erased has no names any more: in the log, in the inbox, before and after, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import msgspec
import pytest
from dishka import Provider, Scope
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from lms_adapters.bus.memory import Log
from lms_adapters.platform.replay import replay
from lms_adapters.platform.service import Service, on, on_any, project
from lms_adapters.sql import erasure, outbox
from lms_adapters.sql.engine import Database, Driver, writing
from lms_adapters.sql.inbox import MAX_ATTEMPTS, Inbox
from lms_adapters.sql.sqlite import SqliteDatabase
from lms_adapters.sql.types import metadata
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.contracts.auth import UserErased
from lms_core.domain.events import Envelope, Event, Person, Personal, encode, event
from lms_core.ports.erasure import Erasures
from lms_core.ports.uow import UnitOfWork
from lms_core.testing.fakes import MORNING, fake_id

ADA, BOB = fake_id(1001), fake_id(1002)


@event("lms.school.SingerJoined.v1", key="user_id")
class SingerJoined(Event, frozen=True, kw_only=True):
    """From elsewhere."""

    user_id: Person
    name: Personal


@event("lms.choir.SingerRenamed.v1", key="user_id")
class SingerRenamed(Event, frozen=True, kw_only=True):
    """The choir's own."""

    user_id: Person
    name: Personal
    number: int


@dataclass(frozen=True, slots=True)
class KeepSinger:
    """A projection: their names as others see them."""

    raises: ClassVar = ()

    session: AsyncSession

    async def __call__(self, event: SingerJoined | UserErased) -> None:
        if isinstance(event, UserErased):
            await self.session.execute(text("DELETE FROM person WHERE name = :id"), {"id": str(event.user_id)})
        elif event.name is not None:
            sql = "INSERT INTO person (name, total, trace) VALUES (:id, 0, :name) ON CONFLICT (name) DO NOTHING"
            await self.session.execute(text(sql), {"id": str(event.user_id), "name": event.name})


@dataclass(frozen=True, slots=True)
class Rename:
    """What a singer does."""

    uow: UnitOfWork

    async def __call__(self, user_id: UUID, name: str) -> None:
        async with self.uow:
            self.uow.record(SingerRenamed(user_id=user_id, name=name, number=1))


class Trouble:
    """What a test lets go wrong, and what was heard."""

    def __init__(self) -> None:
        self.hoarse = False
        self.heard: list[str | None] = []


TROUBLE = Trouble()


@dataclass(frozen=True, slots=True)
class Greet:
    """A reaction that can fail, and quotes whom it failed for."""

    raises: ClassVar = ()

    uow: UnitOfWork

    async def __call__(self, event: SingerJoined) -> None:
        async with self.uow:
            if TROUBLE.hoarse:
                raise ValueError(f"cannot greet {event.name}")
            TROUBLE.heard.append(event.name)


@dataclass(frozen=True, slots=True)
class Overhear:
    """Everything there is."""

    raises: ClassVar = ()

    uow: UnitOfWork

    async def __call__(self, envelope: Envelope) -> None:
        async with self.uow:
            if TROUBLE.hoarse:
                raise ValueError("nothing was heard")


def wiring() -> Provider:
    provider = Provider(scope=Scope.REQUEST)
    provider.provide_all(KeepSinger, Rename, Greet, Overhear)
    return provider


SERVICE = Service(
    name="choir",
    summary="Singers.",
    routes=(),
    controllers=(),
    publishes=(SingerRenamed,),
    subscribes=(
        project((SingerJoined, UserErased), KeepSinger, name="choir.singers", tables=("person",)),
        on(SingerJoined, Greet, name="choir.greet"),
        on_any(Overhear, name="choir.overhear"),
    ),
    wiring=wiring,
    tables=metadata(),
    package="lms_adapters.tests.platform.tally",
)


class Choir:
    """The service, looked into."""

    def __init__(self, service: ServiceUnderTest) -> None:
        assert service.running.database is not None
        assert service.running.workers is not None
        self.service = service
        self.database: Database = service.running.database
        self.inbox: Inbox = service.running.workers.inbox

    async def rename(self, who: UUID, name: str) -> None:
        async with self.service.running.container() as scope:
            await (await scope.get(Rename))(who, name)

    async def inside(self, table: str, column: str = "body") -> list[bytes]:
        """What a kernel's table holds, where it holds something."""
        found = await self.database.read(f"SELECT {column} FROM {table} ORDER BY 1", ())
        return [bytes(row[0], "utf-8") if isinstance(row[0], str) else bytes(row[0]) for row in found if row[0]]

    async def says(self, word: bytes) -> list[str]:
        """Where a word stands."""
        places = (("lms_outbox", "body"), ("lms_inbox", "body"), ("lms_inbox", "error"), ("person", "trace"))
        return [table for table, column in places if any(word in one for one in await self.inside(table, column))]


@pytest.fixture
async def choir(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[Choir]:
    TROUBLE.__init__()  # type: ignore[misc]
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        yield Choir(service)


def joined(who: UUID = ADA, name: str = "Ada Lovelace") -> SingerJoined:
    return SingerJoined(user_id=who, name=name)


def erased(who: UUID = ADA) -> UserErased:
    return UserErased(user_id=who, erased_at=MORNING)


def enveloped(event: Event, source: str | None = None) -> Envelope:
    return Envelope(
        id=str(uuid4()),
        source=source or event.stream,
        type=event.type,
        key=event.key,
        time=MORNING,
        traceparent=TRACE,
        body=encode(event),
    )


async def test_the_log_loses_their_names_and_nothing_else(choir: Choir) -> None:
    await choir.rename(ADA, "Ada King")
    await choir.rename(BOB, "Bob")
    before = await choir.inside("lms_outbox")  # by text, so as by person: Ada's id is the lower one
    await choir.service.receive(erased())
    assert await choir.inside("lms_outbox") == [body.replace(b'"Ada King"', b"null") for body in before]
    assert [e.name for e in await choir.service.published(SingerRenamed)] == [None, "Bob"]
    await choir.service.receive(erased())
    assert await choir.service.dead_letters() == []


async def test_what_is_recorded_about_them_later_has_no_name(choir: Choir) -> None:
    await choir.service.receive(erased())
    await choir.rename(ADA, "Ada again")
    await choir.rename(BOB, "Bob")
    assert [e.name for e in await choir.service.published(SingerRenamed)] == [None, "Bob"]


async def test_what_waits_in_the_inbox_loses_its_names_when_the_erasure_arrives(choir: Choir) -> None:
    TROUBLE.hoarse = True
    await choir.service.receive(joined(), joined(name="Ada K."), joined(BOB, "Bob"))
    for _ in range(MAX_ATTEMPTS):
        choir.service.clock.advance(timedelta(minutes=10))
        await choir.service.drain()
    assert {letter.partition(":")[0] for letter in await choir.service.dead_letters()} == {
        "choir.greet",
        "choir.overhear",
    }
    assert await choir.says(b"Ada")
    await choir.service.receive(erased(), drain=False)
    assert await choir.says(b"Ada") == ["person"], "the projection has not heard of it yet"
    assert await choir.says(b"Bob") == ["lms_inbox", "lms_inbox", "person"]
    TROUBLE.hoarse = False
    for row in await choir.inbox.dead_letters():
        assert await choir.inbox.release(row["seq"], skip=False)
    await choir.service.drain()
    assert sorted(TROUBLE.heard, key=str) == ["Bob", None, None]
    assert await choir.says(b"Ada") == []


async def test_what_is_received_later_has_no_name_in_whatever_order(choir: Choir) -> None:
    batch = [enveloped(joined()), enveloped(erased()), enveloped(joined(name="Ada K.")), enveloped(joined(BOB, "Bob"))]
    await choir.inbox.ingest("lms.school", batch, "4")
    await choir.inbox.ingest("lms.school", [enveloped(joined(name="Ada, late"))], "5")
    assert await choir.says(b"Ada") == []
    assert await choir.says(b"Bob") == ["lms_inbox"]
    await choir.service.drain()
    assert TROUBLE.heard == [None, "Bob", None, None]
    assert await choir.inside("person", "trace") == [b"Bob"]


async def test_only_auth_says_who_is_erased(choir: Choir) -> None:
    await choir.inbox.ingest("lms.school", [enveloped(erased(), source="lms.school")], "1")
    await choir.service.receive(joined())
    assert TROUBLE.heard == ["Ada Lovelace"]


async def test_a_skipped_event_keeps_no_body(choir: Choir) -> None:
    TROUBLE.hoarse = True
    await choir.service.receive(joined())
    for _ in range(MAX_ATTEMPTS):
        choir.service.clock.advance(timedelta(minutes=10))
        await choir.service.drain()
    for row in await choir.inbox.dead_letters():
        assert await choir.inbox.release(row["seq"], skip=True)
    assert await choir.says(b"Ada") == ["person"]


async def test_services_can_ask_from_the_moment_it_was_received(choir: Choir) -> None:
    async def known() -> bool:
        async with choir.service.running.container() as scope, await scope.get(UnitOfWork):
            erasures: Erasures = await scope.get(Erasures)
            return await erasures.erased(ADA)

    assert not await known()
    await choir.service.receive(erased(), drain=False)
    assert await known()


async def test_a_replay_brings_nobody_back_though_the_publishers_have_not_heard_yet(choir: Choir) -> None:
    class Stream:
        """A log that still has the names."""

        def __init__(self, *events: Event) -> None:
            self.rows = list(enumerate(map(enveloped, events), 1))

        async def log(self, *, after: int, limit: int) -> list[tuple[int, Envelope]]:
            return [row for row in self.rows if row[0] > after][:limit]

    school, auth = Stream(joined(), joined(BOB, "Bob"), joined(name="Ada K.")), Stream(erased())
    logs: dict[str, Log] = {"lms.school": school, "lms.auth": auth}
    for stream in ("lms.auth", "lms.school"):
        await choir.inbox.ingest(stream, [e for _, e in await logs[stream].log(after=0, limit=9)], "1")
    await choir.service.drain()
    assert await choir.inside("person", "trace") == [b"Bob"]
    assert (await replay("choir.singers", choir.service.running, logs, verify=True)).none
    async with writing(choir.database) as driver:
        await driver.run("DELETE FROM person")
    assert (await replay("choir.singers", choir.service.running, logs)).mended
    assert await choir.inside("person", "trace") == [b"Bob"]


@asynccontextmanager
async def rival(choir: Choir, write: Callable[[Driver], Awaitable[None]]) -> AsyncIterator[None]:
    """Something is written when the block begins, and committed when what the block began waits for it."""
    transaction = await choir.database.begin()
    await write(transaction.driver)
    yield
    async with asyncio.timeout(10):
        while True:
            if await somebody_waits(choir.database):
                break
            await asyncio.sleep(0)
    await transaction.commit()


async def somebody_waits(database: Database) -> bool:
    if isinstance(database, SqliteDatabase):
        return bool(database._turn._waiters)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
    return bool(await database.read(waiting, ()))


async def test_a_rival_that_records_at_the_same_moment_is_not_overlooked(choir: Choir) -> None:
    late = enveloped(SingerRenamed(user_id=ADA, name="Ada King", number=1))
    async with asyncio.TaskGroup() as tasks, rival(choir, lambda driver: outbox.record(driver, [late])):
        tasks.create_task(choir.service.receive(erased()))
    assert [e.name for e in await choir.service.published(SingerRenamed)] == [None]


async def test_nor_is_one_that_is_received_at_the_same_moment(choir: Choir) -> None:
    name = encode(joined())
    sql = """
    INSERT INTO lms_inbox (sub, event_id, source, type, key, at, traceparent, body, state, due, attempts, since)
    VALUES ('choir.greet', 'x', 'lms.school', $1, $2, 0, '', $3, 0, 0, 0, 0)
    """

    async def ingested(driver: Driver) -> None:
        await erasure.receive(driver, [enveloped(joined())], ())
        await driver.run(sql, SingerJoined.type, str(ADA), name)

    async with asyncio.TaskGroup() as tasks, rival(choir, ingested):
        tasks.create_task(choir.service.receive(erased()))
    assert TROUBLE.heard == [None]


def files_with(word: bytes, folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and word in path.read_bytes())


@pytest.mark.parametrize("environ", [{}])
async def test_on_sqlite_not_even_free_space_remembers_them(choir: Choir, tmp_path: Path) -> None:
    TROUBLE.hoarse = True
    for number in range(200):  # pages split, rows move, bodies are emptied and overwritten
        await choir.rename(ADA, f"Ada Lovelace, {number}")
        await choir.rename(BOB, f"Bob {number}")
        await choir.inbox.ingest(
            "lms.school", [enveloped(joined(name="Ada Lovelace")), enveloped(joined(BOB, "Bob"))], ""
        )
    TROUBLE.hoarse = False
    await choir.service.drain()
    await choir.service.receive(erased())
    await choir.database.tidy()
    assert files_with(b"Bob 199", tmp_path)
    assert files_with(b"Lovelace", tmp_path) == []
    assert msgspec.json.decode((await choir.inside("lms_outbox"))[0])["name"] is None
