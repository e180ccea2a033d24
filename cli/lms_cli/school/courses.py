"""The school's courses: their texts in `courses/*.md`, and what is agreed about them.

A text is Markdown whose headings are the outline: title, module, lesson, topic. A topic with `(optional)` behind its
title does not count towards completion; a line `[video 90 s](https://…)` is a film.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from uuid import UUID, uuid5

from services.course.domain.content import Block, Text, Video
from services.course.domain.outline import Lesson, Module, Topic, topics

_NAMESPACE = UUID("7363686f-6f6c-5000-8000-000000000000")
_HEADING = re.compile(r"^(#{1,4}) (.+)$", re.MULTILINE)
_VIDEO = re.compile(r"^\[video (\d+) s\]\((\S+)\)$", re.MULTILINE)
_OPTIONAL = " (optional)"


def known_as(*names: str) -> UUID:
    """The same id for the same names, in every school."""
    return uuid5(_NAMESPACE, "/".join(names))


@dataclass(frozen=True)
class CourseText:
    """A course as its author has it on paper."""

    slug: str
    author: str
    """Their address."""
    opens_on: int
    """The school's day on which it is published."""
    amount: int = 0
    """Cents; 0 is free."""
    needs: str | None = None
    """The slug of the course that must be completed first."""

    @cached_property
    def _parts(self) -> list[tuple[str, str, str]]:
        """Each heading: its signs, its title, and the words below it."""
        text = (resources.files(__package__) / "courses" / f"{self.slug}.md").read_text()
        found = list(_HEADING.finditer(text))
        ends = [match.start() for match in found[1:]] + [len(text)]
        return [(m[1], m[2], text[m.end() : end].strip()) for m, end in zip(found, ends, strict=True)]

    @property
    def title(self) -> str:
        """From the first heading."""
        return self._parts[0][1]

    @property
    def summary(self) -> str:
        """The words below the first heading, each paragraph on a line."""
        return "\n".join(" ".join(paragraph.split()) for paragraph in self._parts[0][2].split("\n\n"))

    @cached_property
    def modules(self) -> tuple[Module[Block], ...]:
        """The outline with its blocks."""
        return tuple(
            Module(
                id=known_as(self.slug, title),
                title=title,
                lessons=tuple(
                    Lesson(id=known_as(self.slug, title, name), title=name, topics=tuple(self._topics(lesson)))
                    for name, _, lesson in _below("###", module)
                ),
            )
            for title, _, module in _below("##", self._parts[1:])
        )

    @property
    def topics(self) -> list[Topic[Block]]:
        """In order."""
        return list(topics(self.modules))

    def _topics(self, lesson: list[tuple[str, str, str]]) -> Iterator[Topic[Block]]:
        for title, words, _ in _below("####", lesson):
            yield Topic(
                id=known_as(self.slug, "topic", title),
                title=title.removesuffix(_OPTIONAL),
                required=not title.endswith(_OPTIONAL),
                blocks=tuple(_blocks(words)),
            )


def _below(signs: str, parts: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, list[tuple[str, str, str]]]]:
    """Headings of this level: title, words, and the parts that belong to it."""
    starts = [i for i, part in enumerate(parts) if part[0] == signs]
    for start, end in zip(starts, [*starts[1:], len(parts)], strict=True):
        yield parts[start][1], parts[start][2], parts[start + 1 : end]


def _blocks(words: str) -> Iterator[Block]:
    """Text and films in turn."""
    pieces = _VIDEO.split(words)
    for text, seconds, url in zip(pieces[::3], [*pieces[1::3], None], [*pieces[2::3], None], strict=True):
        if text.strip():
            yield Text(markdown=text.strip() + "\n")
        if seconds is not None and url is not None:
            yield Video(url=url, seconds=int(seconds))


HERRERA, SOLHEIM = "tomas.herrera@school.example", "ingrid.solheim@school.example"
COURSES = (
    CourseText("night-sky", HERRERA, opens_on=1),
    CourseText("statistics", SOLHEIM, opens_on=2),
    CourseText("four-ingredients", HERRERA, opens_on=3, amount=2900),
    CourseText("fair-tests", SOLHEIM, opens_on=8, needs="statistics"),
)
