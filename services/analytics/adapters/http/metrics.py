"""GET /analytics/courses/{id} and GET /analytics/overview."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath, QueryParameter

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.preconditions import IfNoneMatch, tagged
from services.analytics.usecases.metrics import ShowCourse, ShowOverview

Days: TypeAlias = Annotated[int, QueryParameter(ge=1, le=366, description="How many days, today included.")]


class FreshnessView(View, kw_only=True):
    waiting_since: datetime | None
    """Since when the oldest event waits that is not counted yet; null when all are counted."""
    behind_seconds: int
    """How long that is; 0 when all are counted."""


class CourseView(View, kw_only=True):
    course_id: UUID
    title: str
    enrolled: int
    """Places, but for those that were given up."""
    active: int
    """Of them, by the status of the place."""
    pending: int
    suspended: int
    completed: int
    """Learners who completed it."""
    seconds: int
    """Time on task of all learners."""
    revenue: dict[str, int]
    """Minor units by currency (ISO 4217)."""
    events: int
    """Events counted."""
    as_of: datetime | None
    """Time of the newest of them."""
    completion_rate: float
    """Completed of enrolled, 0 to 1."""
    average_percent: float
    """Of all enrolled, 0 to 100."""
    freshness: FreshnessView


class DayTotalView(View, kw_only=True):
    day: date
    """In UTC."""
    type: str
    """Of the events."""
    events: int
    """How many there were."""


class OverviewView(View, kw_only=True):
    events: int
    """Counted since the beginning."""
    as_of: datetime | None
    """Time of the newest of them; null without any."""
    freshness: FreshnessView
    days: list[DayTotalView]
    """By day and type; a day without events of a type is left out."""


class MetricsController(Controller):
    path = "/analytics"

    @get("/courses/{course_id:uuid}", guards=[requires("analytics:read")])
    @inject
    async def show_course(
        self, course_id: FromPath[UUID], me: Me, show: FromDishka[ShowCourse], if_none_match: IfNoneMatch = None
    ) -> Response[CourseView]:
        return tagged(view(await show(me, course_id), CourseView), if_none_match)

    @get("/overview", guards=[requires("course:administer")])
    @inject
    async def show_overview(
        self, show: FromDishka[ShowOverview], days: Days = 30, if_none_match: IfNoneMatch = None
    ) -> Response[OverviewView]:
        return tagged(view(await show(days), OverviewView), if_none_match)
