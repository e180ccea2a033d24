"""A source of events, a reaction and a projection, as small as the kernel allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from dishka import Provider, Scope
from sqlalchemy import Column, Integer, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from lms_adapters.platform.service import Service, Subscription, on, project
from lms_adapters.sql.types import metadata
from lms_core.domain.events import Event, event
from lms_core.ports.uow import UnitOfWork

_INSERT = text("INSERT INTO effect (number, key) VALUES (:number, :key)")


@event("lms.source.Ticked.v1", key="key")
class Ticked(Event, frozen=True, kw_only=True):
    """Something happened."""

    key: str
    number: int
    padding: str = "x" * 120


@dataclass(slots=True)
class Seen:
    """Numbers whose effect is in the open transaction, by service; the benchmark reads them after the commit."""

    first: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)


SEEN = Seen()


@dataclass(frozen=True, slots=True)
class Tick:
    """Record an event."""

    raises: ClassVar = ()
    uow: UnitOfWork

    async def __call__(self, number: int, key: str) -> None:
        async with self.uow:
            self.uow.record(Ticked(key=key, number=number))


@dataclass(frozen=True, slots=True)
class React:
    """A reaction: in a unit of work of its own."""

    raises: ClassVar = ()
    session: AsyncSession
    uow: UnitOfWork

    async def __call__(self, event: Ticked) -> None:
        async with self.uow:
            await self.session.execute(_INSERT, {"number": event.number, "key": event.key})
            SEEN.first.append(event.number)


@dataclass(frozen=True, slots=True)
class Project:
    """A projection: inside the kernel's."""

    raises: ClassVar = ()
    session: AsyncSession

    async def __call__(self, event: Ticked) -> None:
        await self.session.execute(_INSERT, {"number": event.number, "key": event.key})
        SEEN.second.append(event.number)


def _service(
    name: str, use_case: type, *, publishes: tuple[type[Event], ...] = (), takes: Callable[[], tuple[Subscription, ...]]
) -> Service:
    tables = metadata()
    Table("effect", tables, Column("number", Integer, primary_key=True), Column("key", Text, nullable=False))

    def wiring() -> Provider:
        provider = Provider(scope=Scope.REQUEST)
        provider.provide(use_case)
        return provider

    return Service(
        name=name,
        summary=name,
        routes=(),
        controllers=(),
        publishes=publishes,
        subscribes=takes(),
        wiring=wiring,
        tables=tables,
        package="benchmarks.toy",
    )


SOURCE = _service("source", Tick, publishes=(Ticked,), takes=lambda: ())
FIRST = _service("first", React, takes=lambda: (on(Ticked, React, name="first.react"),))
SECOND = _service(
    "second", Project, takes=lambda: (project(Ticked, Project, name="second.effect", tables=("effect",)),)
)
