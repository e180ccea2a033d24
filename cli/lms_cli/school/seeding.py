"""From an empty platform, or a half-made school, to the school."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms_adapters.bus.memory import MemoryBus
from lms_adapters.platform.compose import Platform
from lms_adapters.platform.service import Service
from lms_adapters.platform.settings import BadSettings, Settings, Source
from lms_adapters.platform.system import SystemClock, SystemIds
from lms_cli.operations import OperationFailed
from lms_cli.platform import services
from lms_cli.school.known import marks, opened_on
from lms_cli.school.making import Maker, SchoolClock, SchoolIds
from lms_cli.school.people import LEARNERS
from lms_cli.school.plan import Plan, Step, Verb, opening_before
from lms_core.ports.clock import Clock
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


def compose(services: Sequence[Service], source: Source, clock: Clock | None = None) -> Platform:
    """A platform on which a school can be made, and whose workers wait for that. Raises BadSettings where it cannot."""
    _refuse(source.load(Settings, "lms"))
    school = SchoolClock(clock or SystemClock())
    return Platform(services, source, clock=school, ids=SchoolIds(school, SystemIds()), workers=False)


async def make_alone(
    source: Source, shown: Shown, *, clock: Clock | None = None, learners: int = len(LEARNERS)
) -> Made:
    """Make it in the folder that the caller has locked, with nobody else there. Raises ForeignData and BadSettings."""
    platform = compose([service for service in services() if service.tables is not None], source, clock)
    await platform.open()
    try:
        return await make_school(platform, shown, learners=learners)
    finally:
        await platform.close()


async def make_school(platform: Platform, shown: Shown, *, learners: int = len(LEARNERS)) -> Made:
    """Make the school, or what is missing of it, on an open platform of `compose`, whose workers have not begun.

    Raises ForeignData.
    """
    clock, ids, bus = platform.clock, platform.ids, platform.bus
    assert isinstance(clock, SchoolClock)
    assert isinstance(ids, SchoolIds)
    assert isinstance(bus, MemoryBus)
    begun = await opened_on(platform)
    plan = Plan(begun or opening_before(clock.now()), learners)
    known = await marks(plan, platform)
    missing = [step for step in plan.steps if step.mark not in known]
    if not missing:
        return Made(0)
    demonstration: Demonstration = await platform.container("auth").get(Demonstration)
    if begun is None and await demonstration.strangers():
        raise ForeignData(
            "there are accounts here that are not the school's: make it in an empty folder (--data DIR), "
            "or start without it"
        )
    await bus.fed(_readers(platform))
    maker = Maker(plan, platform, ids)
    with clock.remembering(plan.steps):
        await _settle(platform, bus)  # what a run that was ended left behind
        fresh: set[tuple[Verb, str]] = set()
        for done, step in enumerate(missing, len(plan.steps) - len(missing) + 1):
            if fresh & _awaited(step) or len(fresh) >= MOST:
                await _settle(platform, bus)
                fresh.clear()
            await maker.do(step)
            fresh.add((step.verb, step.who.email))
            shown(done, len(plan.steps), step.at)
        await _settle(platform, bus)
    return Made(len(missing))


MOST = 40
"""Steps that are done before what follows from them."""
_NEWS: dict[Verb, tuple[Verb, ...]] = {
    "introduce": ("register",),
    "price": ("draft",),
    "publish": ("price",),
    "enroll": ("learn",),
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


def _readers(platform: Platform) -> dict[str, set[str]]:
    """Who reads each stream here, so that all of them are waited for."""
    keeping = [one.service for one in platform.services.values() if one.database is not None]
    streams = tuple(service.stream for service in keeping)
    return {stream: {s.name for s in keeping if stream in s.streams(streams)} for stream in streams}


async def _settle(platform: Platform, bus: MemoryBus) -> None:
    """Everything that follows from what was done, before time goes on."""
    while await platform.drain() or await bus.come_to_rest():
        pass
