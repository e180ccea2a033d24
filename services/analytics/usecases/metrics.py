"""Measuring courses, and showing what was measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final, TypeAlias
from uuid import UUID

from lms_core.contracts.billing import PaymentSucceeded
from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.progress import CourseCompleted, ProgressUpdated
from lms_core.domain.errors import Forbidden, Unavailable
from lms_core.domain.money import Money
from lms_core.ports.clock import Clock
from lms_core.security.principal import Principal
from services.analytics.domain.metrics import CourseUnknown, Freshness, Standing, freshness
from services.analytics.ports.collection import ColumnStore, DayTotal, Staging
from services.analytics.ports.metrics import Backlog, CourseFigures, Courses, Standings

OfEnrollment: TypeAlias = (
    UserEnrolled
    | EnrollmentActivated
    | EnrollmentSuspended
    | EnrollmentCancelled
    | ProgressUpdated
    | CourseCompleted
    | PaymentSucceeded
)
MEASURED: Final = (
    CoursePublished,
    UserEnrolled,
    EnrollmentActivated,
    EnrollmentSuspended,
    EnrollmentCancelled,
    ProgressUpdated,
    CourseCompleted,
    PaymentSucceeded,
)


@dataclass(frozen=True, slots=True)
class MeasureCourse:
    """Bring a course's figures up to date with one event."""

    raises: ClassVar = ()

    courses: Courses
    standings: Standings

    async def __call__(self, event: CoursePublished | OfEnrollment) -> None:
        course = await self.courses.get(event.course_id)
        if isinstance(event, CoursePublished):
            course.publish(edition=event.version, title=event.title, instructor_id=event.instructor_id)
            course.count(event.published_at)
            await self.courses.put(course)
            return
        standing = await self.standings.get(event.enrollment_id, event.course_id)
        before = standing.share()
        course.count(note(standing, event))
        course.move(before, standing.share())
        await self.courses.put(course)
        await self.standings.put(standing)


def note(standing: Standing, event: OfEnrollment) -> datetime:
    """Write the event's fact into the standing; when it happened."""
    match event:
        case UserEnrolled():
            standing.place(event.status, event.version)
            return event.enrolled_at
        case EnrollmentActivated():
            standing.place("active", event.version)
            return event.activated_at
        case EnrollmentSuspended():
            standing.place("suspended", event.version)
            return event.suspended_at
        case EnrollmentCancelled():
            standing.place("cancelled", event.version)
            return event.cancelled_at
        case ProgressUpdated():
            standing.progress(event.percent, event.seconds, event.updated_at)
            return event.updated_at
        case CourseCompleted():
            standing.complete()
            return event.completed_at
        case PaymentSucceeded():
            standing.pay(event.payment_id, Money(event.amount, event.currency))
            return event.succeeded_at


@dataclass(frozen=True, slots=True)
class ShowCourse:
    """The figures of a course.

    Learners by status, completion, average progress, time on task and revenue, as they stand; answered from one row,
    so it may be asked often. `as_of` is the time of the newest event that is counted, `freshness` says whether any
    waits. For the course's instructor and for administrators. A course that was published a moment ago is a 404
    `analytics/not-yet` with Retry-After.
    """

    raises: ClassVar = (CourseUnknown, Forbidden)

    courses: Courses
    backlog: Backlog
    clock: Clock

    async def __call__(self, me: Principal, course_id: UUID) -> CourseFigures:
        figures = await self.courses.figures(course_id)
        if figures is None or figures.instructor_id is None:
            raise CourseUnknown
        me.must_own(figures.instructor_id, unless="course:administer")
        waiting = await self.backlog.waiting_since("analytics.metrics")
        return replace(figures, freshness=freshness(waiting, self.clock.now()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything that was collected."""

    events: int
    as_of: datetime | None
    freshness: Freshness
    days: list[DayTotal]


@dataclass(frozen=True, slots=True)
class ShowOverview:
    """What happens on the platform, by day and type of event.

    Every service's events are counted, third parties' included; days are UTC and end with today. `events` is the total
    of all time. For administrators. 503 while another process holds the columnar store.
    """

    raises: ClassVar = (Unavailable,)

    store: ColumnStore
    staging: Staging
    backlog: Backlog
    clock: Clock

    async def __call__(self, days: int) -> Overview:
        now = self.clock.now()
        totals = await self.store.totals((now - timedelta(days=days - 1)).date())
        waiting = [await self.backlog.waiting_since("analytics.collect"), await self.staging.oldest()]
        oldest = min((moment for moment in waiting if moment is not None), default=None)
        return Overview(events=totals.events, as_of=totals.as_of, freshness=freshness(oldest, now), days=totals.days)


USE_CASES = (MeasureCourse, ShowCourse, ShowOverview)
