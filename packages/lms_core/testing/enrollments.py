"""Enrollments as course tells of them, for the tests of those who listen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from lms_core.contracts.course import EnrollmentActivated, EnrollmentSuspended, UserEnrolled
from lms_core.testing.fakes import MORNING, fake_id

OfEnrollment = UserEnrolled | EnrollmentActivated | EnrollmentSuspended


@dataclass(frozen=True, slots=True)
class History:
    """What happened to an enrollment, in order, and how it stands now."""

    events: tuple[OfEnrollment, ...]
    status: str

    def mixed(self, data: st.DataObject) -> list[OfEnrollment]:
        """All of it in another order, some of it again."""
        again = data.draw(st.lists(st.sampled_from(self.events), max_size=4))
        return data.draw(st.permutations([*self.events, *again]))


@st.composite
def histories(draw: st.DrawFn, enrollment_id: UUID, course_id: UUID) -> History:
    """Free or paid, after any number of failures or never; by clocks that disagree; begun before versions were told."""
    statuses = ["active"]
    if draw(st.booleans()):
        statuses = ["pending", *["suspended"] * draw(st.integers(0, 3)), *["active"] * draw(st.integers(0, 1))]
    told_from = draw(st.integers(0, len(statuses)))
    ids = {"enrollment_id": enrollment_id, "course_id": course_id, "learner_id": fake_id(99)}
    events = []
    for version, status in enumerate(statuses, 1):
        at = MORNING + timedelta(milliseconds=draw(st.integers(0, 3)))
        told = {"version": version} if version > told_from else {}
        events.append(_event(status, at, first=version == 1, **ids, **told))
    return History(tuple(events), statuses[-1])


def _event(status: Any, at: datetime, *, first: bool, **said: Any) -> OfEnrollment:
    if first:
        free: dict[str, Any] = {"price_id": None, "amount": 0, "currency": ""}
        return UserEnrolled(course_version=1, course_title="C", status=status, enrolled_at=at, **free, **said)
    if status == "active":
        return EnrollmentActivated(activated_at=at, **said)
    return EnrollmentSuspended(course_title="C", reason="payment-declined", suspended_at=at, **said)
