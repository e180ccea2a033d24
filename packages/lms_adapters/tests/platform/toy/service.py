"""A counter: it takes points that others publish, adds them up, and mails the winner."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from dishka import Provider, Scope
from litestar import Controller, get, post
from litestar.params import FromPath
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms_adapters.platform.service import Service, on, project, work
from lms_adapters.sql.engine import Database
from lms_adapters.sql.types import metadata
from lms_adapters.web.auth import Me, anyone, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View
from lms_core.domain.errors import NotFound, NotYet, Raced, Unavailable
from lms_core.domain.events import Event, event
from lms_core.ports.jobs import Job, JobRun, job
from lms_core.ports.uow import UnitOfWork

TABLES = metadata()


@event("lms.games.PointScored.v1", key="player")
class PointScored(Event, frozen=True, kw_only=True):
    """Somebody scored."""

    player: str
    number: int
    trouble: str = ""


@event("lms.toy.PlayerWon.v1", key="player")
class PlayerWon(Event, frozen=True, kw_only=True):
    """Somebody has three points."""

    player: str


@job("toy.congratulate")
class Congratulate(Job, frozen=True, kw_only=True):
    """Tell the winner."""

    player: str


class Trouble:
    """What the test lets go wrong."""

    def __init__(self) -> None:
        self.poison: set[int] = set()
        self.missing: set[int] = set()
        self.away: set[int] = set()
        self.unspeakable: set[int] = set()
        self.refused: set[int] = set()
        self.provider_down = 0
        self.calls: list[tuple[str, int]] = []
        self.held = asyncio.Event()
        self.hold: set[str] = set()
        self.told: asyncio.Queue[str] = asyncio.Queue()
        self.races = 0


TROUBLE = Trouble()


@dataclass(frozen=True, slots=True)
class CountPoint:
    """Add a point."""

    raises: ClassVar = (NotYet, Unavailable)
    session: AsyncSession
    uow: UnitOfWork

    async def __call__(self, event: PointScored) -> None:
        with suppress(IntegrityError):
            await self._count(event)

    async def _count(self, event: PointScored) -> None:
        async with self.uow:
            if event.number in TROUBLE.poison:
                raise ValueError(f"point {event.number} is poison")
            if event.number in TROUBLE.missing:
                raise NotYet("the game is not known yet")
            if event.number in TROUBLE.away:
                raise Unavailable("the referee cannot be asked")
            if event.number in TROUBLE.unspeakable:
                self.uow.enqueue(
                    Congratulate(player=event.player), key="\ud800"
                )  # no database takes it: seen at COMMIT
            await self.session.execute(
                text("INSERT INTO point (player, number) VALUES (:player, :number)"),
                {"player": event.player, "number": event.number},
            )
            [(count,)] = (
                await self.session.execute(
                    text("SELECT count(*) FROM point WHERE player = :player"), {"player": event.player}
                )
            ).all()
            if count == 3:
                self.uow.record(PlayerWon(player=event.player))
                self.uow.enqueue(Congratulate(player=event.player), key=event.player)
            if event.number in TROUBLE.refused:
                self.uow.record(PlayerWon(player="nobody"))
                await self.session.execute(text("INSERT INTO point (player) VALUES (NULL)"))


@dataclass(frozen=True, slots=True)
class KeepScore:
    """The latest point of each player."""

    session: AsyncSession

    async def __call__(self, event: PointScored) -> None:
        await self.session.execute(
            text(
                "INSERT INTO score (player, latest) VALUES (:player, :number) ON CONFLICT (player) DO UPDATE "
                "SET latest = CASE WHEN excluded.latest > score.latest THEN excluded.latest ELSE score.latest END"
            ),
            {"player": event.player, "number": event.number},
        )


@dataclass(frozen=True, slots=True)
class SendCongratulations:
    """Call the provider, then write down that it was done."""

    session: AsyncSession
    uow: UnitOfWork

    async def __call__(self, job: Congratulate, run: JobRun) -> None:
        TROUBLE.calls.append((run.id, run.attempt))
        if job.player in TROUBLE.hold:
            TROUBLE.held.set()
            await asyncio.Event().wait()
        if TROUBLE.provider_down > 0:
            TROUBLE.provider_down -= 1
            raise ConnectionError("the provider is down")
        async with self.uow:
            await self.session.execute(text("INSERT INTO told (player) VALUES (:p)"), {"p": job.player})
        TROUBLE.told.put_nowait(job.player)


@dataclass(frozen=True, slots=True)
class ShowScore:
    """Show a player's points, in the order they came."""

    raises: ClassVar = (NotFound,)
    database: Database

    async def __call__(self, player: str) -> list[int]:
        if TROUBLE.races > 0:
            TROUBLE.races -= 1
            raise Raced
        rows = await self.database.read("SELECT number FROM point WHERE player = $1 ORDER BY id", (player,))
        if not rows:
            raise NotFound("no such player")
        return [row[0] for row in rows]


class PointsView(View, kw_only=True):
    points: list[int]


class PointsController(Controller):
    path = "/points"

    @get("/{player:str}", guards=[anyone])
    @inject
    async def show(self, player: FromPath[str], show: FromDishka[ShowScore]) -> PointsView:
        return PointsView(points=await show(player))

    @get("/mine", guards=[requires("profile:read")])
    async def mine(self, me: Me) -> PointsView:
        """Show one's own."""
        return PointsView(points=[len(me.roles)])

    @post("/crash", guards=[anyone])
    async def crash(self) -> None:
        """Fall over."""
        raise ZeroDivisionError("a secret detail")


def wiring() -> Provider:
    provider = Provider(scope=Scope.REQUEST)
    provider.provide_all(CountPoint, KeepScore, SendCongratulations, ShowScore)
    return provider


SERVICE = Service(
    name="toy",
    summary="A counter.",
    routes=("/points",),
    controllers=(PointsController,),
    publishes=(PlayerWon,),
    subscribes=(
        on(PointScored, CountPoint, name="toy.count-point"),
        project(PointScored, KeepScore, name="toy.score", tables=("score",)),
    ),
    jobs=(work(Congratulate, SendCongratulations),),
    wiring=wiring,
    tables=TABLES,
)
