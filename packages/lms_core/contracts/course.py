"""What course publishes: versions of courses, and who may take them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from lms_core.domain.events import Event, event


class PublishedTopic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic as others need to know it: the unit that progress counts."""

    topic_id: UUID
    title: str
    required: bool
    """Counts towards completion."""


@event("lms.course.CourseCreated.v1", key="course_id")
class CourseCreated(Event, frozen=True, kw_only=True):
    """A course was begun. It is a draft, of which only its author knows."""

    course_id: UUID
    title: str
    instructor_id: UUID
    created_at: datetime


@event("lms.course.CoursePublished.v1", key="course_id")
class CoursePublished(Event, frozen=True, kw_only=True):
    """A version of a course was published. Versions never change."""

    course_id: UUID
    version: int
    """1, 2, 3, …"""
    title: str
    instructor_id: UUID
    topics: tuple[PublishedTopic, ...]
    published_at: datetime


@event("lms.course.UserEnrolled.v1", key="enrollment_id")
class UserEnrolled(Event, frozen=True, kw_only=True):
    """A learner has a place in a course. In a paid course it is pending until the payment succeeds."""

    enrollment_id: UUID
    course_id: UUID
    course_version: int
    course_title: str
    learner_id: UUID
    status: Literal["active", "pending"]
    price_id: UUID | None
    """The price agreed on; None when the course is free."""
    amount: int
    """Minor units; 0 when the course is free."""
    currency: str
    """ISO 4217; empty when the course is free."""
    enrolled_at: datetime
    version: int = 1
    """Of the enrollment: it grows with each change, a lower one is older."""


@event("lms.course.EnrollmentActivated.v1", key="enrollment_id")
class EnrollmentActivated(Event, frozen=True, kw_only=True):
    """The place was paid for: the content is open."""

    enrollment_id: UUID
    course_id: UUID
    learner_id: UUID
    activated_at: datetime
    version: int = 3
    """Of the enrollment. Events of before it was told come last: what is paid for is not closed again."""


@event("lms.course.EnrollmentSuspended.v1", key="enrollment_id")
class EnrollmentSuspended(Event, frozen=True, kw_only=True):
    """The place is kept, the content is closed."""

    enrollment_id: UUID
    course_id: UUID
    course_title: str
    learner_id: UUID
    reason: str
    """A word for programs: `payment-declined`."""
    suspended_at: datetime
    version: int = 2
    """Of the enrollment. Events of before it was told come after the enrollment and before it was paid for."""


@event("lms.course.EnrollmentCancelled.v1", key="enrollment_id")
class EnrollmentCancelled(Event, frozen=True, kw_only=True):
    """A place was given up unpaid: others may have it. Only a payment that came through just before brings it back."""

    enrollment_id: UUID
    course_id: UUID
    course_title: str
    learner_id: UUID
    reason: str
    """A word for programs: `expired` (not paid in time), `withdrawn` (by the learner)."""
    cancelled_at: datetime
    version: int
    """Of the enrollment: it grows with each change, a lower one is older."""
