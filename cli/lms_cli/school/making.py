"""Making the school on an open platform: each step by the services' own use cases, at its own moment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from lms_adapters.platform.compose import Platform
from lms_adapters.sql.uow import AMBIENT, Ambient
from lms_adapters.telemetry import tracing
from lms_cli.school.courses import known_as
from lms_cli.school.people import STAFF, Person
from lms_cli.school.plan import Plan, Step
from lms_core.domain.ids import uuid7
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.security.permissions import ADMIN, LEARNER
from lms_core.security.principal import Principal
from services.auth.domain.demonstration import PASSWORD
from services.auth.usecases.permissions import AssignRole
from services.auth.usecases.registration import Register, RegisterAdministrator
from services.billing.usecases.catalog import SetPrice
from services.billing.usecases.methods import AddMethod
from services.course.usecases.authoring import CreateCourse, ShowCourse
from services.course.usecases.enrollment import Enroll
from services.course.usecases.outline import ReplaceOutline
from services.course.usecases.prerequisites import ReplacePrerequisites
from services.course.usecases.publishing import PublishCourse
from services.progress.usecases.tracking import RecordActivities
from services.user.usecases.profiles import EditProfile, ShowMyProfile

T = TypeVar("T")


class SchoolClock:
    """What happens at the school happens when the step did that led to it: time is read off the trace.

    So it makes no difference when events are handled and jobs are run, or how often that was begun anew; and whoever
    else uses the platform meanwhile lives in the present. See `lms_core.ports.clock.Clock`.
    """

    def __init__(self, present: Clock) -> None:
        self._present = present
        self._moments: dict[str, datetime] = {}

    def now(self) -> datetime:
        return self.past() or self._present.now()

    def past(self) -> datetime | None:
        """The moment of the current trace, if it is one of the school's."""
        return self._moments.get(tracing.trace_id())

    @contextmanager
    def remembering(self, steps: Iterable[Step]) -> Iterator[None]:
        """Know the moments of these steps during the block. Not longer: who knows a trace id could turn time back."""
        self._moments = {tracing.trace_id(traceparent(step)): step.at for step in steps}
        try:
            yield
        finally:
            self._moments = {}


class SchoolIds:
    """Ids as they would have been made at the time; a step's first may be given. See `lms_core.ports.ids.Ids`."""

    def __init__(self, clock: SchoolClock, present: Ids) -> None:
        self._clock = clock
        self._present = present
        self._given: dict[str, UUID] = {}
        self._last = 0
        self._count = 0

    @contextmanager
    def giving(self, id: UUID | None) -> Iterator[None]:
        """The first new id of the current trace is this one."""
        trace_id = tracing.trace_id()
        if id is not None:
            self._given[trace_id] = id
        try:
            yield
        finally:
            self._given.pop(trace_id, None)

    def new(self) -> UUID:
        if self._given and (given := self._given.pop(tracing.trace_id(), None)):
            return given
        past = self._clock.past()
        if past is None:
            return self._present.new()
        now = to_ms(past)
        self._count = self._count + 1 if now == self._last else 0
        self._last = now
        return uuid7(now, (self._count & 0xFFF).to_bytes(2) + os.urandom(8))


def principal(person: Person, at: datetime) -> Principal:
    """The person, signed in at that moment."""
    session = known_as("session", person.email, at.isoformat())
    return Principal(person.id, frozenset({LEARNER, person.role}), session, at + timedelta(minutes=5))


def traceparent(step: Step) -> str:
    """The trace that the step begins, the same each time."""
    digest = hashlib.sha256("/".join(step.mark).encode()).hexdigest()
    return f"00-{digest[:32]}-{digest[32:48]}-00"


class Maker:
    """Does steps."""

    def __init__(self, plan: Plan, platform: Platform, ids: SchoolIds) -> None:
        self._plan = plan
        self._platform = platform
        self._ids = ids

    async def do(self, step: Step) -> None:
        """One step, in its trace; what follows from it is left to the workers."""
        before = AMBIENT.set(Ambient(str(step.who.id)))
        try:
            with tracing.span(f"lms seed {step.verb}", traceparent(step)), self._ids.giving(self._id(step)):
                await self._do(step, principal(step.who, step.at))
        finally:
            AMBIENT.reset(before)

    def _id(self, step: Step) -> UUID | None:
        match step.verb:
            case "register":
                return step.who.id
            case "draft":
                return self._plan.course_ids[step.slug]
            case "enroll":
                return self._plan.new_id(step.at, *step.mark)
            case _:
                return None

    async def _do(self, step: Step, me: Principal) -> None:
        match step.verb:
            case "register":
                await self._register(step.who)
            case "promote":
                async with self._use("auth", AssignRole) as assign:
                    await assign(principal(STAFF[0], step.at), step.who.id, step.who.role)
            case "introduce":
                async with self._use("user", ShowMyProfile) as show, self._use("user", EditProfile) as edit:
                    await edit(me, version=(await show(me)).version, bio=step.who.bio)
            case "add-card":
                async with self._use("billing", AddMethod) as add:
                    await add(me, token=step.token)
            case "enroll":
                async with self._use("course", ShowCourse) as show, self._use("course", Enroll) as enroll:
                    id = self._plan.course_ids[step.slug]
                    await enroll(me, id, (await show(me, id)).price_id)
            case "learn":
                async with self._use("progress", RecordActivities) as record:
                    await record(me, step.activities)
            case _:
                await self._author(step, me)

    async def _register(self, person: Person) -> None:
        said = {"email": person.email, "password": PASSWORD, "display_name": person.name}
        if person.role == ADMIN:
            async with self._use("auth", RegisterAdministrator) as register_administrator:
                await register_administrator(**said)
        else:
            async with self._use("auth", Register) as register:
                await register(**said, locale=person.locale)

    async def _author(self, step: Step, me: Principal) -> None:
        assert step.course is not None
        text, id = step.course, self._plan.course_ids[step.slug]
        match step.verb:
            case "draft":
                async with self._use("course", CreateCourse) as create:
                    await create(me, title=text.title, summary=text.summary)
            case "write":
                async with self._use("course", ReplaceOutline) as replace:
                    await replace(me, id, 1, text.modules)
            case "publish":
                async with self._use("course", PublishCourse) as publish:
                    await publish(me, id)
            case "price":
                async with self._use("billing", SetPrice) as price:
                    await price(me, course_id=id, amount=text.amount, currency="EUR")
            case "require":
                assert text.needs is not None
                async with self._use("course", ShowCourse) as show, self._use("course", ReplacePrerequisites) as need:
                    version = (await show(me, id)).version
                    await need(me, id, version, [self._plan.course_ids[text.needs]])
            case _:
                raise AssertionError(step.verb)

    @asynccontextmanager
    async def _use(self, service: str, use_case: type[T]) -> AsyncIterator[T]:
        async with self._platform.container(service)() as scope:
            yield await scope.get(use_case)
