"""GET /courses/{id}/content."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View
from lms_adapters.web.preconditions import IfNoneMatch, tagged
from services.course.adapters.http.outline import ModuleView
from services.course.usecases.content import ReadContent


class ContentView(View, kw_only=True):
    course_id: UUID
    course_version: int
    """It never changes: keep it as long as the enrollment shows the same."""
    title: str
    modules: list[ModuleView]


class ContentController(Controller):
    path = "/courses/{course_id:uuid}/content"

    @get(guards=[requires("content:read")])
    @inject
    async def read_content(
        self, course_id: FromPath[UUID], me: Me, read: FromDishka[ReadContent], if_none_match: IfNoneMatch = None
    ) -> Response[ContentView]:
        document: Any = await read(me, course_id)  # encoded already
        return tagged(document, if_none_match)
