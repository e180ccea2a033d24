"""A learner's place in a course: who may have one, and what opens and closes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypedDict, get_args
from uuid import UUID

from lms_core.domain.errors import Conflict, Unprocessable
from services.course.domain.prerequisites import NamedCourse, PrerequisitesMissing
from services.course.domain.pricing import Price

EnrollmentStatus = Literal["active", "pending", "suspended", "cancelled"]
CancelReason = Literal["expired", "withdrawn"]

KEPT_UNPAID: Final = timedelta(days=3)
"""How long a place is kept for somebody who has not paid for it."""

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


class Places(TypedDict):
    capacity: int
    """How many places there are."""


class CourseFull(Conflict, code="course/full", tells=Places):
    """The course has no free place."""


class AlreadyEnrolled(Conflict, code="course/already-enrolled"):
    """You have a place in this course."""


class PaymentClosing(Conflict, code="course/payment-closing"):
    """The payment for the place that you gave up is still being closed."""


class PriceRequired(Unprocessable, code="course/price-required"):
    """The course has a price: name the one that you agree to."""


class PriceNow(TypedDict):
    price_id: UUID | None
    """What to agree to now; null when it is free by now."""
    amount: int | None
    """What a place costs now, in minor units."""
    currency: str | None
    """ISO 4217."""


class PriceChanged(Conflict, code="course/price-changed", tells=PriceNow):
    """The course has another price than the one you agreed to."""


class PlaceActive(Conflict, code="course/place-active"):
    """The place is active: it is not given up any more."""


@dataclass(slots=True, kw_only=True)
class Enrollment:
    """A place. The learner stays on the version they enrolled in, at the price they agreed on."""

    id: UUID
    course_id: UUID
    course_version: int
    course_title: str
    learner_id: UUID
    status: EnrollmentStatus
    reason: SuspendReason | CancelReason | None = None
    """Why it is suspended or cancelled."""
    price_id: UUID | None = None
    """The price agreed on; None when the course was free, as are amount and currency."""
    amount: int | None = None
    """Minor units."""
    currency: str | None = None
    enrolled_at: datetime
    held: bool = True
    """The learner can have no other place in the course: it is theirs, or it may yet turn out to be paid for."""
    version: int = 1

    def activate(self) -> bool:
        """It is paid for, be it after a failure or after it was given up. False when it was open already."""
        if self.status == "active":
            return False
        self.status, self.reason, self.held = "active", None, True
        return True

    def suspend(self, reason: SuspendReason) -> bool:
        """A payment failed, be it once more for the same reason. False when it is paid for, or was given up."""
        if self.status in ("active", "cancelled"):
            return False
        self.status, self.reason = "suspended", reason
        return True

    def cancel(self, reason: CancelReason) -> bool:
        """It is given up, unpaid. False when it was before. Raises PlaceActive."""
        if self.status == "active":
            raise PlaceActive
        if self.status == "cancelled":
            return False
        self.status, self.reason = "cancelled", reason
        return True

    def let_go(self) -> None:
        """Its payment is closed for good: the learner may take another place."""
        self.held = self.status != "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What enrollment needs to know of a course: its published version, its places and its price."""

    course_id: UUID
    instructor_id: UUID
    title: str
    published_version: int | None
    capacity: int | None
    taken: int
    price: Price | None = None
    """None when it is free."""
    missing: tuple[NamedCourse, ...] = ()
    """Courses that must be completed first and are not."""

    def enroll(self, learner_id: UUID, price_id: UUID | None, *, id: UUID, at: datetime) -> Enrollment:
        """Pending until paid, or active at once; `price_id` is what the learner agrees to, None that it is free.

        Raises NotPublished, PrerequisitesMissing, CourseFull, PriceRequired, PriceChanged.
        """
        if self.published_version is None:
            raise NotPublished
        if self.missing:
            raise PrerequisitesMissing(missing=self.missing)
        if self.capacity is not None and self.taken >= self.capacity:
            raise CourseFull(capacity=self.capacity)
        self._must_agree(price_id)
        place = Enrollment(
            id=id,
            course_id=self.course_id,
            course_version=self.published_version,
            course_title=self.title,
            learner_id=learner_id,
            status="active",
            enrolled_at=at,
        )
        if self.price is not None:
            place.status, place.price_id = "pending", self.price.price_id
            place.amount, place.currency = self.price.amount, self.price.currency
        return place

    def _must_agree(self, price_id: UUID | None) -> None:
        """Nobody owes what they have not agreed to."""
        price = self.price
        if price_id == (price and price.price_id):
            return
        if price_id is None:
            raise PriceRequired.at("#/price_id", "the course has a price: send the `price_id` that it shows")
        raise PriceChanged(
            price_id=price and price.price_id, amount=price and price.amount, currency=price and price.currency
        )
