"""Setting prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.billing import PriceSet
from lms_core.contracts.course import CourseCreated, CoursePublished
from lms_core.domain.errors import Forbidden, Invalid, NotFound, NotYet
from lms_core.domain.money import Money
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.billing.domain.catalog import Course, Price, new_price
from services.billing.ports.catalog import Courses, Prices

ADMINISTER = "course:administer"


@dataclass(frozen=True, slots=True)
class KeepCourse:
    """A course was begun, or published: know its title and whose it is."""

    raises: ClassVar = ()

    courses: Courses

    async def __call__(self, event: CourseCreated | CoursePublished) -> None:
        version = event.version if isinstance(event, CoursePublished) else 0
        known = await self.courses.find(event.course_id)
        if known is None:
            await self.courses.add(
                Course(id=event.course_id, title=event.title, instructor_id=event.instructor_id, course_version=version)
            )
        elif known.learn(title=event.title, instructor_id=event.instructor_id, course_version=version):
            await self.courses.update(known)


@dataclass(frozen=True, slots=True)
class SetPrice:
    """Set the price of a course.

    It counts for enrollments from now on; those who agreed on an earlier price keep it. An amount of 0 makes the course
    free. Price a draft, wait until the course shows the price, then publish: so nobody gets in for nothing. Just after
    the course was begun the answer may be 404 `not-yet` with `Retry-After`. Only its instructor may do this, or who
    holds `course:administer`.
    """

    raises: ClassVar = (NotYet, Forbidden, Invalid)

    courses: Courses
    prices: Prices
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, me: Principal, *, course_id: UUID, amount: int, currency: str) -> Price:
        money = Money(amount, currency)
        async with self.uow:
            course = await self.courses.find(course_id)
            if course is None or not (course.course_version or _may_price(me, course)):
                raise NotYet("no such course is known here yet")  # somebody else's draft is not to be told from that
            me.must_own(course.instructor_id, unless=ADMINISTER)
            price = new_price(
                id=self.ids.new(),
                course_id=course_id,
                money=money,
                set_by=me.id,
                at=self.clock.now(),
                previous=await self.prices.latest(course_id),
            )
            await self.prices.add(price)
            self.uow.record(
                PriceSet(price_id=price.id, course_id=course_id, amount=amount, currency=currency, set_at=price.set_at)
            )
            self.uow.audit("price.set", str(course_id), title=course.title, amount=amount, currency=currency)
            self.uow.answer(price.id)
        return price


def _may_price(me: Principal, course: Course) -> bool:
    return me.id == course.instructor_id or me.may(ADMINISTER)


@dataclass(frozen=True, slots=True)
class ShowPrice:
    """Show one price."""

    raises: ClassVar = (NotFound,)

    prices: Prices

    async def __call__(self, me: Principal, id: UUID) -> Price:
        return await self.prices.show(id)


@dataclass(frozen=True, slots=True)
class ListPrices:
    """List the prices of published courses, the newest first.

    Of a course's prices the first one counts; a course without any is free, and so is one whose price is 0. For what
    several courses cost now, name them all and ask for `current=true`.
    """

    raises: ClassVar = ()

    prices: Prices

    async def __call__(self, wanted: Selection) -> list[Price]:
        return await self.prices.some(wanted)


USE_CASES = (KeepCourse, SetPrice, ShowPrice, ListPrices)
