"""GET /progress/courses/{course_id}/proof."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.preconditions import IfNoneMatch, tagged
from services.progress.usecases.proof import ShowProof


class CountedView(View, kw_only=True):
    activity_id: UUID
    topic_id: UUID
    kind: Literal["viewed", "completed"]
    seconds: int
    position: int
    occurred_at: datetime
    """By the learner's device."""
    recorded_at: datetime
    """By our clock."""


class LoggedView(View, kw_only=True):
    event_id: UUID
    type: str
    """Of the event."""
    time: datetime
    activity: CountedView
    """What the event says."""


class GroundView(View, kw_only=True):
    type: str
    """Of the event."""
    subject: UUID
    """The aggregate it is about."""
    time: datetime


class RequiredView(View, kw_only=True):
    topic_id: UUID
    title: str
    completed_by: UUID | None
    """The event that completed it."""


class ResultView(View, kw_only=True):
    percent: int
    seconds: int
    completed_at: datetime | None


class ProofView(View, kw_only=True):
    enrollment_id: UUID
    course_id: UUID
    course_version: int
    rule_version: int
    rule: str
    """In words."""
    grounds: list[GroundView]
    """The events that the outline and the place come from."""
    required: list[RequiredView]
    """The topics that count."""
    events: list[LoggedView]
    """Every activity that was counted, as it was recorded."""
    arithmetic: str
    """With the numbers in it."""
    result: ResultView
    """Worked out anew from these events."""
    shown: ResultView
    """What the other pages show."""
    agrees: bool
    """Whether the two are the same."""


class ProofController(Controller):
    path = "/progress/courses/{course_id:uuid}/proof"

    @get(guards=[requires("progress:read")])
    @inject
    async def show_proof(
        self, course_id: FromPath[UUID], me: Me, show: FromDishka[ShowProof], if_none_match: IfNoneMatch = None
    ) -> Response[ProofView]:
        return tagged(view(await show(me, course_id), ProofView), if_none_match)
