"""People join elsewhere; here they count, and the sums are a projection of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dishka import Provider, Scope
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from lms_adapters.platform.service import Service, on, project
from lms_adapters.sql.types import metadata
from lms_adapters.telemetry.tracing import trace_id
from lms_core.domain.errors import NotYet
from lms_core.domain.events import Event, event
from lms_core.ports.uow import UnitOfWork


@event("lms.club.PersonJoined.v1", key="name")
class PersonJoined(Event, frozen=True, kw_only=True):
    """Somebody is in the club."""

    name: str


@event("lms.club.DoorOpened.v1", key="door")
class DoorOpened(Event, frozen=True, kw_only=True):
    """The projection does not care."""

    door: str


@event("lms.tally.Counted.v1", key="name")
class Counted(Event, frozen=True, kw_only=True):
    """Somebody counted."""

    name: str
    number: int


class Trouble:
    """What a test lets go wrong."""

    def __init__(self) -> None:
        self.refused: set[str] = set()


TROUBLE = Trouble()


@dataclass(frozen=True, slots=True)
class KeepSums:
    """The projection."""

    raises: ClassVar = (NotYet,)

    session: AsyncSession

    async def __call__(self, event: PersonJoined | Counted) -> None:
        if event.name in TROUBLE.refused:
            raise ValueError(f"{event.name} is refused")
        values = {"name": event.name, "trace": trace_id()}
        if isinstance(event, PersonJoined):
            sql = "INSERT INTO person (name, total, trace) VALUES (:name, 0, :trace) ON CONFLICT (name) DO NOTHING"
            await self.session.execute(text(sql), values)
            return
        if not (await self.session.execute(text("SELECT 1 FROM person WHERE name = :name"), values)).all():
            raise NotYet(f"{event.name} has not joined")
        mark = "INSERT INTO mark (person, number) VALUES (:name, :number) ON CONFLICT (person, number) DO NOTHING"
        await self.session.execute(text(mark), values | {"number": event.number})
        total = "(SELECT sum(number) FROM mark WHERE person = :name)"
        await self.session.execute(text(f"UPDATE person SET total = {total} WHERE name = :name"), values)


@dataclass(frozen=True, slots=True)
class Count:
    """What a person does."""

    keep: KeepSums
    uow: UnitOfWork

    async def __call__(self, name: str, number: int) -> None:
        async with self.uow:
            counted = Counted(name=name, number=number)
            self.uow.record(counted)
            await self.keep(counted)


@dataclass(frozen=True, slots=True)
class HearDoor:
    """A reaction to something else of the same stream."""

    uow: UnitOfWork

    async def __call__(self, event: DoorOpened) -> None:
        async with self.uow:
            pass


@dataclass(frozen=True, slots=True)
class Meddle:
    """Says that it is a projection, and publishes when the meddler joins."""

    uow: UnitOfWork

    async def __call__(self, event: PersonJoined) -> None:
        if event.name == "meddler":
            self.uow.record(Counted(name=event.name, number=0))


def wiring() -> Provider:
    provider = Provider(scope=Scope.REQUEST)
    provider.provide_all(KeepSums, Count, HearDoor, Meddle)
    return provider


SERVICE = Service(
    name="tally",
    summary="Sums.",
    routes=(),
    controllers=(),
    publishes=(Counted,),
    subscribes=(
        project((PersonJoined, Counted), KeepSums, name="tally.sums", tables=("person", "mark")),
        on(DoorOpened, HearDoor, name="tally.hear-door"),
        project(PersonJoined, Meddle, name="tally.meddle", tables=("person",)),
    ),
    wiring=wiring,
    tables=metadata(),
)
