"""A learner's place in a course: who may have one, and what opens and closes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from lms_core.domain.errors import Conflict
from services.course.domain.prerequisites import Named, PrerequisitesMissing
from services.course.domain.pricing import Price

EnrollmentStatus = Literal["active", "pending", "suspended"]

SuspendReason = Literal[
    "payment-declined", "payment-no-method", "payment-provider-unreachable", "payment-price-unknown", "payment-failed"
]
_REASONS: Final[dict[str, SuspendReason]] = {
    reason.removeprefix("payment-"): reason for reason in get_args(SuspendReason)
}


def suspend_reason(why: str) -> SuspendReason:
    """Why a place is suspended, by billing's word for why the payment failed: `failed` for those that are new to us."""
    return _REASONS.get(why, "payment-failed")


class NotPublished(Conflict, code="course/not-published"):
    """The course has no published version."""


class CourseFull(Conflict, code="course/full"):
    """The course has no free place."""


class AlreadyEnrolled(Conflict, code="course/already-enrolled"):
    """You have a place in this course."""


@dataclass(slots=True, kw_only=True)
class Enrollment:
    """A place. The learner stays on the version they enrolled in, at the price they agreed on."""

    id: UUID
    course_id: UUID
    course_version: int
    course_title: str
    learner_id: UUID
    status: EnrollmentStatus
    reason: SuspendReason | None = None
    """Why it is suspended."""
    price_id: UUID | None = None
    """The price agreed on; None when the course was free."""
    amount: int = 0
    """Minor units."""
    currency: str = ""
    enrolled_at: datetime
    version: int = 1

    def activate(self) -> bool:
        """It is paid for, be it after a failure: the content is open. False when it was open already."""
        if self.status == "active":
            return False
        self.status, self.reason = "active", None
        return True

    def suspend(self, reason: SuspendReason) -> bool:
        """A payment failed. False when that tells nothing new: what is paid for stays open."""
        if self.status == "active" or (self.status, self.reason) == ("suspended", reason):
            return False
        self.status, self.reason = "suspended", reason
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What enrollment needs to know of a course: its published version, its places and its price."""

    course_id: UUID
    author_id: UUID
    title: str
    published_version: int | None
    capacity: int | None
    taken: int
    price: Price | None = None
    missing: tuple[Named, ...] = ()
    """Courses that must be completed first and are not."""

    def enroll(self, learner_id: UUID, *, id: UUID, at: datetime) -> Enrollment:
        """Pending until paid, or active at once. Raises NotPublished, PrerequisitesMissing, CourseFull."""
        if self.published_version is None:
            raise NotPublished
        if self.missing:
            raise PrerequisitesMissing(missing=self.missing)
        if self.capacity is not None and self.taken >= self.capacity:
            raise CourseFull(capacity=self.capacity)
        place = Enrollment(
            id=id,
            course_id=self.course_id,
            course_version=self.published_version,
            course_title=self.title,
            learner_id=learner_id,
            status="active",
            enrolled_at=at,
        )
        if self.price is not None and self.price.amount > 0:
            place.status, place.price_id = "pending", self.price.price_id
            place.amount, place.currency = self.price.amount, self.price.currency
        return place
