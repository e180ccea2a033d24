"""/courses/{id}/prerequisites: what must be completed first."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, put
from litestar.params import FromPath, JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, view
from lms_adapters.web.preconditions import IfMatch, IfNoneMatch, required_version, tagged
from services.course.domain.prerequisites import MAX_PREREQUISITES
from services.course.usecases.prerequisites import ReplacePrerequisites, ShowPrerequisites


class PrerequisitesBody(Body, frozen=True, kw_only=True):
    course_ids: Annotated[list[UUID], msgspec.Meta(max_length=MAX_PREREQUISITES)]
    """All of them, in the order in which they are to be shown."""


class PrerequisiteView(View, kw_only=True):
    course_id: UUID
    title: str
    completed: bool
    """Whether you have completed it."""


class PrerequisitesView(View, kw_only=True):
    course_id: UUID
    prerequisites: list[PrerequisiteView]


class PrerequisitesController(Controller):
    path = "/courses/{course_id:uuid}/prerequisites"

    @get(guards=[requires("course:read")])
    @inject
    async def show_prerequisites(
        self, course_id: FromPath[UUID], me: Me, show: FromDishka[ShowPrerequisites], if_none_match: IfNoneMatch = None
    ) -> Response[PrerequisitesView]:
        needs = await show(me, course_id)
        return tagged(view(needs, PrerequisitesView), if_none_match, version=needs.version)

    @put(guards=[requires("course:author")])
    @inject
    async def replace_prerequisites(
        self,
        course_id: FromPath[UUID],
        data: JSONBody[PrerequisitesBody],
        me: Me,
        replace: FromDishka[ReplacePrerequisites],
        if_match: IfMatch = None,
    ) -> Response[PrerequisitesView]:
        needs = await replace(me, course_id, required_version(if_match), data.course_ids)
        return tagged(view(needs, PrerequisitesView), version=needs.version)
