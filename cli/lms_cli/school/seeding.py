"""From an empty folder, or a half-made school, to the school: opened for it alone, and closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from lms_adapters.bus.memory import MemoryBus
from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import BadSettings, Settings, Source
from lms_adapters.platform.system import SystemClock
from lms_cli.operations import OperationFailed
from lms_cli.platform import services
from lms_cli.school.known import marks, opened_on
from lms_cli.school.making import Maker, SchoolClock, SchoolIds
from lms_cli.school.people import LEARNERS
from lms_cli.school.plan import Plan, Step, Verb, opening_before
from services.auth.ports.demonstration import Demonstration

Shown = Callable[[int, int, datetime], None]
"""Hears of each step: how many are done, of how many, and how late it has become at the school."""


class ForeignData(OperationFailed):
    """There are accounts that are not the school's: it is made among its own only."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of it."""

    steps: int
    """How many were done now; 0 when the school was there."""


async def make_school(
    source: Source, shown: Shown, *, now: datetime | None = None, learners: int = len(LEARNERS)
) -> Made:
    """Make the school, or what is missing of it, in the folder that the caller has locked.

    Raises ForeignData, and BadSettings where it cannot be made.
    """
    _refuse(source.load(Settings, "lms"))
    clock = SchoolClock(now or SystemClock().now())
    ids = SchoolIds(clock)
    async with _opened(source, clock, ids) as (platform, bus):
        plan = Plan(await opened_on(platform) or opening_before(clock.now()), learners)
        known = await marks(plan, platform)
        missing = [step for step in plan.steps if step.mark not in known]
        if not missing:
            return Made(0)
        demonstration: Demonstration = await platform.container("auth").get(Demonstration)
        if await demonstration.strangers():
            raise ForeignData(
                "there are accounts here that are not the school's: make it in an empty folder (--data DIR), "
                "or start without it"
            )
        maker = Maker(plan, platform, clock, ids)
        clock.time = max((s.at for s in plan.steps if s.mark in known), default=plan.opening)
        await _settle(platform, bus)  # what a run that was ended left behind
        fresh: set[tuple[Verb, str]] = set()
        for done, step in enumerate(missing, len(plan.steps) - len(missing) + 1):
            if fresh & _awaited(step) or len(fresh) >= MOST:
                await _settle(platform, bus)
                fresh.clear()
            await maker.do(step)
            fresh.add((step.verb, step.who.email))
            shown(done, len(plan.steps), step.at)
        clock.time = plan.closing
        await _settle(platform, bus)
        return Made(len(missing))


MOST = 40
"""Steps that are done before what follows from them."""
_NEWS: dict[Verb, tuple[Verb, ...]] = {
    "introduce": ("register",),
    "price": ("publish",),
    "enroll": ("price", "learn"),
    "learn": ("enroll", "add-card"),
}
"""Which steps rest on others that another service must have heard of."""


def _awaited(step: Step) -> set[tuple[Verb, str]]:
    people = {step.who.email} | ({step.course.author} if step.course else set())
    return {(verb, person) for verb in _NEWS.get(step.verb, ()) for person in people}


def _refuse(settings: Settings) -> None:
    if settings.profile == "production":
        raise BadSettings("profile: production takes no demonstration school, whose password everybody knows")
    if not settings.bus_url.startswith("memory"):
        raise BadSettings(
            f"bus_url: the school is made in one process, and {settings.bus_url.partition(':')[0]} leads to others, "
            "which live in the present; only with memory:// can it be made"
        )


@asynccontextmanager
async def _opened(source: Source, clock: SchoolClock, ids: SchoolIds) -> AsyncIterator[tuple[Platform, MemoryBus]]:
    """All services that keep something, moved by hand, with every stream flowing."""
    keeping = [service for service in services() if service.tables is not None]
    platform = Platform(keeping, source, clock=clock, ids=ids, workers=False)
    await platform.open()
    try:
        assert isinstance(platform.bus, MemoryBus)
        streams = tuple(service.stream for service in keeping)
        await platform.bus.fed(
            {stream: {s.name for s in keeping if stream in s.streams(streams)} for stream in streams}
        )
        yield platform, platform.bus
    finally:
        await platform.close()


async def _settle(platform: Platform, bus: MemoryBus) -> None:
    """Everything that follows from what was done, before time goes on."""
    while await platform.drain() or await bus.come_to_rest():
        pass
