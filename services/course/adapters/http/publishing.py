"""POST /courses/{id}/publish."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import View, view
from services.course.usecases.publishing import PublishCourse, ShowVersion


class VersionView(View, kw_only=True):
    course_id: UUID
    version: int
    """1, 2, 3, …"""
    title: str
    topics: int
    """How many topics it has."""
    published_by: UUID
    published_at: datetime


class PublishingController(Controller):
    path = "/courses/{course_id:uuid}/publish"

    @post(guards=[requires("course:publish")])
    @repeatable(ShowVersion)
    @inject
    async def publish_course(
        self, course_id: FromPath[UUID], me: Me, publish: FromDishka[PublishCourse]
    ) -> VersionView:
        return view(await publish(me, course_id), VersionView)
