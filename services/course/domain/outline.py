"""The outline of a course: modules of lessons of topics. A topic holds blocks, or the hashes they are kept under."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from lms_core.domain.errors import Invalid
from lms_core.domain.versions import Versioned
from services.course.domain.authoring import normal_title

MAX_TOPICS, MAX_BLOCKS = 2000, 5000

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Generic[B]):
    """The unit that progress counts."""

    id: UUID
    title: str
    required: bool
    """Counts towards completion."""
    blocks: tuple[B, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson(Generic[B]):
    """Topics that belong together."""

    id: UUID
    title: str
    topics: tuple[Topic[B], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(Generic[B]):
    """A part of a course."""

    id: UUID
    title: str
    lessons: tuple[Lesson[B], ...]


@dataclass(slots=True, kw_only=True)
class Outline(Versioned):
    """The outline that the author works on; blocks stand in it by their hash."""

    course_id: UUID
    modules: tuple[Module[str], ...] = ()
    version: int = 1
    """Grows with each change of the outline: its entity tag."""

    def replace(self, modules: tuple[Module[str], ...], version: int) -> None:
        """All of it at once. Raises Stale unless the change is made from this version."""
        self.read_as(version)
        self.modules = modules


class Checked(Protocol):
    """A block that knows what makes it valid."""

    def check(self, pointer: str) -> None:
        """Raises Invalid below the pointer."""


C = TypeVar("C", bound=Checked)


def topics(modules: tuple[Module[B], ...]) -> Iterator[Topic[B]]:
    """Every topic, in order."""
    return (topic for module in modules for lesson in module.lessons for topic in lesson.topics)


def blocks(modules: tuple[Module[B], ...]) -> Iterator[B]:
    """Every block, in order."""
    return (block for topic in topics(modules) for block in topic.blocks)


def exchange(modules: tuple[Module[A], ...], new: Callable[[A], B]) -> tuple[Module[B], ...]:
    """The same outline with other blocks in it."""

    def topic(old: Topic[A]) -> Topic[B]:
        return Topic(id=old.id, title=old.title, required=old.required, blocks=tuple(map(new, old.blocks)))

    def lesson(old: Lesson[A]) -> Lesson[B]:
        return Lesson(id=old.id, title=old.title, topics=tuple(map(topic, old.topics)))

    return tuple(Module(id=m.id, title=m.title, lessons=tuple(map(lesson, m.lessons))) for m in modules)


class _Fitting(Generic[C]):
    """Looks at every part of an outline and gathers what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self._seen: set[UUID] = set()

    def module(self, old: Module[C], at: str) -> Module[C]:
        lessons = tuple(self.lesson(part, f"{at}/lessons/{i}") for i, part in enumerate(old.lessons))
        return Module(id=self._id(old.id, at), title=self._title(old.title, at), lessons=lessons)

    def lesson(self, old: Lesson[C], at: str) -> Lesson[C]:
        parts = tuple(self.topic(part, f"{at}/topics/{i}") for i, part in enumerate(old.topics))
        return Lesson(id=self._id(old.id, at), title=self._title(old.title, at), topics=parts)

    def topic(self, old: Topic[C], at: str) -> Topic[C]:
        for i, block in enumerate(old.blocks):
            try:
                block.check(f"{at}/blocks/{i}")
            except Invalid as invalid:
                self._note(invalid)
        title = self._title(old.title, at)
        return Topic(id=self._id(old.id, at), title=title, required=old.required, blocks=old.blocks)

    def _id(self, id: UUID, at: str) -> UUID:
        if id in self._seen:
            self.faults.append({"pointer": f"{at}/id", "detail": "is used twice in this outline"})
        self._seen.add(id)
        return id

    def _title(self, raw: str, at: str) -> str:
        try:
            return normal_title(raw, f"{at}/title")
        except Invalid as invalid:
            self._note(invalid)
            return raw

    def _note(self, invalid: Invalid) -> None:
        errors = invalid.facts["errors"]
        assert isinstance(errors, list)
        self.faults.extend(errors)


def fitting(modules: tuple[Module[C], ...]) -> tuple[Module[C], ...]:
    """The outline with normal titles, when its ids are unique, its blocks valid and its sizes kept.

    Raises Invalid with a pointer to each place.
    """
    look: _Fitting[C] = _Fitting()
    normal = tuple(look.module(part, f"#/modules/{i}") for i, part in enumerate(modules))
    if sum(1 for _ in topics(normal)) > MAX_TOPICS or sum(1 for _ in blocks(normal)) > MAX_BLOCKS:
        most = {"topics": MAX_TOPICS, "blocks": MAX_BLOCKS}
        look.faults.append({"pointer": "#/modules", "detail": "at most {topics} topics and {blocks} blocks", **most})
    if look.faults:
        raise Invalid(errors=tuple(look.faults[:100]))
    return normal
