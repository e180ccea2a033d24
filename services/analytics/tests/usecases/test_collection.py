"""Collecting and loading, step by step."""

from __future__ import annotations

import importlib
import pkgutil

import msgspec
import pytest

from lms_core import contracts
from lms_core.contracts.auth import UserCreated
from lms_core.domain.errors import Unavailable
from lms_core.domain.events import Envelope, Event, personal_fields
from lms_core.ports.jobs import JobRun
from lms_core.testing.fakes import MORNING, FakeClock, FakeIds, FakeUnitOfWork
from services.analytics.tests.fakes import FakeStaging, MemoryColumnStore
from services.analytics.usecases import collection
from services.analytics.usecases.collection import LINGER, PATIENCE, PERSONAL, CollectEvent, Load, LoadStaged

FIRST, LAST = JobRun("job", 1, last=False), JobRun("job", 10, last=True)


def an_envelope(id: str, type: str = "com.example.Thing.v1", body: bytes = b"{}") -> Envelope:
    return Envelope(id=id, source="com.example", type=type, key="k", time=MORNING, traceparent="", body=body)


class World:
    """A staging table and a store that outlive units of work."""

    def __init__(self) -> None:
        self.staging, self.store = FakeStaging(), MemoryColumnStore()
        self.clock, self.ids = FakeClock(), FakeIds()

    async def collect(self, *ids: str) -> FakeUnitOfWork:
        uow = FakeUnitOfWork()
        for id in ids:
            uow = FakeUnitOfWork()
            await CollectEvent(self.staging, uow)(an_envelope(id))
        return uow

    async def load(self, run: JobRun = FIRST) -> FakeUnitOfWork:
        uow = FakeUnitOfWork()
        await LoadStaged(self.staging, self.store, uow, self.clock, self.ids)(Load(), run)
        return uow


async def test_an_event_is_staged_with_its_job() -> None:
    world = World()
    uow = await world.collect("a")
    assert list(world.staging.rows) == ["a"]
    assert uow.jobs == [(Load(), "load", None)]


async def test_a_batch_goes_into_the_store_and_leaves_the_table() -> None:
    world = World()
    await world.collect("a", "b")
    uow = await world.load()
    assert world.store.ids == ["a", "b"]
    assert world.staging.rows == {}
    assert uow.jobs == []


async def test_a_job_with_nothing_to_do_ends() -> None:
    uow = await World().load()
    assert (uow.committed, uow.jobs) == (True, [])


async def test_a_job_that_leaves_something_has_a_successor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "BATCH", 2)
    world = World()
    await world.collect("a", "b", "c")
    uow = await world.load()
    assert world.store.ids == ["a", "b"]
    assert uow.jobs == [(Load(), "load", MORNING)]


async def test_a_batch_that_was_inserted_and_not_removed_is_repeated_as_it_was() -> None:
    world = World()
    await world.collect("a")
    batch = await world.staging.take(world.ids.new(), 10)
    assert batch is not None
    await world.store.insert(batch.id, batch.events)  # and here the process dies
    await world.collect("b")
    uow = await world.load()
    assert (world.store.ids, uow.jobs) == (["a"], [(Load(), "load", MORNING + LINGER)])
    await world.load()
    assert world.store.ids == ["a", "b"]


async def test_while_the_store_is_away_the_job_fails_and_at_last_waits() -> None:
    world = World()
    await world.collect("a")
    world.store.away = True
    with pytest.raises(Unavailable):
        await world.load()
    uow = await world.load(LAST)
    assert uow.jobs == [(Load(), "load", world.clock.now() + PATIENCE)]
    world.store.away = False
    await world.load()
    assert world.store.ids == ["a"]


async def test_what_is_personal_is_left_out() -> None:
    world = World()
    body = b'{"user_id":"1","email":"ada@example.org","display_name":"Ada","locale":"en","newer":1}'
    await CollectEvent(world.staging, FakeUnitOfWork())(an_envelope("a", UserCreated.type, body))
    left = msgspec.json.decode(world.staging.rows["a"].body)
    assert left == {"user_id": "1", "email": None, "display_name": None, "locale": "en", "newer": 1}


def test_every_contract_with_personal_fields_is_known() -> None:
    marked = set()
    for module in pkgutil.iter_modules(contracts.__path__, f"{contracts.__name__}."):
        if module.ispkg:
            continue
        for member in vars(importlib.import_module(module.name)).values():
            if (
                isinstance(member, type)
                and issubclass(member, Event)
                and member is not Event
                and personal_fields(member)
            ):
                marked.add(member.type)
    assert marked == {contract.type for contract in PERSONAL}
