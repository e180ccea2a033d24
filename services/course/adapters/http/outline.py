"""/courses/{id}/outline: the whole outline at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, put
from litestar.params import FromPath, JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, documented, view
from lms_adapters.web.preconditions import IfMatch, IfNoneMatch, required_version, tagged
from lms_core.ports.ids import Ids
from services.course.adapters.http.authoring import Title
from services.course.domain.content import MAX_MARKDOWN, MAX_SECONDS, MAX_URL, Block, Text, Video
from services.course.domain.outline import Lesson, Module, Topic
from services.course.usecases.outline import ReplaceOutline, ShowOutline


class TextBlock(Body, frozen=True, kw_only=True, tag_field="kind", tag="text"):
    markdown: Annotated[str, documented(minLength=1, maxLength=MAX_MARKDOWN, examples=["# Hello"])]
    """CommonMark."""


class VideoBlock(Body, frozen=True, kw_only=True, tag_field="kind", tag="video"):
    url: Annotated[str, documented(maxLength=MAX_URL, examples=["https://media.example.org/hello.mp4"])]
    seconds: Annotated[int, documented(minimum=1, maximum=MAX_SECONDS, examples=[90])]
    """How long it runs."""


class TopicBody(Body, frozen=True, kw_only=True):
    id: UUID | None = None
    """Keep it as long as it is the same topic; without one the topic is new."""
    title: Title
    required: bool = True
    """Counts towards completion."""
    blocks: Annotated[list[TextBlock | VideoBlock], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)


class LessonBody(Body, frozen=True, kw_only=True):
    id: UUID | None = None
    title: Title
    topics: Annotated[list[TopicBody], msgspec.Meta(max_length=200)] = msgspec.field(default_factory=list)


class ModuleBody(Body, frozen=True, kw_only=True):
    id: UUID | None = None
    title: Title
    lessons: Annotated[list[LessonBody], msgspec.Meta(max_length=200)] = msgspec.field(default_factory=list)


class OutlineBody(Body, frozen=True, kw_only=True):
    modules: Annotated[list[ModuleBody], msgspec.Meta(max_length=200)]


class TopicView(View, kw_only=True):
    id: UUID
    title: str
    required: bool
    blocks: list[TextBlock | VideoBlock]


class LessonView(View, kw_only=True):
    id: UUID
    title: str
    topics: list[TopicView]


class ModuleView(View, kw_only=True):
    id: UUID
    title: str
    lessons: list[LessonView]


class OutlineView(View, kw_only=True):
    course_id: UUID
    modules: list[ModuleView]
    version: int
    """The number that the ETag begins with."""


class OutlineController(Controller):
    path = "/courses/{course_id:uuid}/outline"

    @get(guards=[requires("course:author")])
    @inject
    async def show_outline(
        self, course_id: FromPath[UUID], me: Me, show: FromDishka[ShowOutline], if_none_match: IfNoneMatch = None
    ) -> Response[OutlineView]:
        outline = await show(me, course_id)
        return tagged(view(outline, OutlineView), if_none_match, version=outline.version)

    @put(guards=[requires("course:author")])
    @inject
    async def replace_outline(
        self,
        course_id: FromPath[UUID],
        data: JSONBody[OutlineBody],
        me: Me,
        replace: FromDishka[ReplaceOutline],
        ids: FromDishka[Ids],
        if_match: IfMatch = None,
    ) -> Response[OutlineView]:
        version = required_version(if_match)
        outline = await replace(me, course_id, version, tuple(_module(part, ids.new) for part in data.modules))
        return tagged(view(outline, OutlineView), version=outline.version)


def _module(body: ModuleBody, new_id: Callable[[], UUID]) -> Module[Block]:
    lessons = tuple(_lesson(part, new_id) for part in body.lessons)
    return Module(id=body.id or new_id(), title=body.title, lessons=lessons)


def _lesson(body: LessonBody, new_id: Callable[[], UUID]) -> Lesson[Block]:
    parts = tuple(_topic(part, new_id) for part in body.topics)
    return Lesson(id=body.id or new_id(), title=body.title, topics=parts)


def _topic(body: TopicBody, new_id: Callable[[], UUID]) -> Topic[Block]:
    blocks = tuple(map(_block, body.blocks))
    return Topic(id=body.id or new_id(), title=body.title, required=body.required, blocks=blocks)


def _block(body: TextBlock | VideoBlock) -> Block:
    if isinstance(body, TextBlock):
        return Text(markdown=body.markdown)
    return Video(url=body.url, seconds=body.seconds)
