"""/progress/courses: how far, in all and topic by topic."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.preconditions import IfNoneMatch, tagged
from services.progress.domain.tracking import Status
from services.progress.usecases.completion import ListProgress, ShowProgress


class TopicView(View, kw_only=True):
    topic_id: UUID
    title: str
    required: bool
    """Counts towards the percentage."""
    seconds: int
    """Time spent, over all activities."""
    position: int
    """Where to go on: that of the activity that occurred last."""
    last_at: datetime | None
    """When the activity occurred that the position is from; null when nothing was done."""
    completed_at: datetime | None
    """Null until it is completed."""


class StandingView(View, kw_only=True):
    enrollment_id: UUID
    course_id: UUID
    course_version: int
    """Of the content that the learner is on."""
    title: str
    status: Status
    """Of the enrollment."""
    percent: int
    """Of the required topics, rounded down."""
    completed_topics: int
    """Of the required ones."""
    required_topics: int
    seconds: int
    """Time spent, over all topics."""
    rule_version: int
    """By which the percentage is worked out: see the proof."""
    enrolled_at: datetime
    completed_at: datetime | None
    """When all required topics were; null until then."""


class ProgressView(StandingView, kw_only=True):
    topics: list[TopicView]


STANDINGS = Collection(
    StandingView,
    sort=("-enrolled_at",),
    filters=("course_id", "status", "percent", "enrolled_at", "completed_at"),
    id="enrollment_id",
)


class CompletionController(Controller):
    path = "/progress/courses"

    @STANDINGS.get(guards=[requires("progress:read")])
    @inject
    async def list_progress(
        self, me: Me, wanted: Wanted, progress: FromDishka[ListProgress]
    ) -> Response[Page[StandingView]]:
        return STANDINGS.page(wanted, await progress(me, wanted))

    @get("/{course_id:uuid}", guards=[requires("progress:read")])
    @inject
    async def show_progress(
        self, course_id: FromPath[UUID], me: Me, show: FromDishka[ShowProgress], if_none_match: IfNoneMatch = None
    ) -> Response[ProgressView]:
        return tagged(view(await show(me, course_id), ProgressView), if_none_match)
