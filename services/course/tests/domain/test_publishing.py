"""Numbering versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lms_core.testing.fakes import MORNING, fake_id
from services.course.domain.authoring import Course, new_course
from services.course.domain.outline import Lesson, Module, Outline, Topic
from services.course.domain.publishing import CourseVersion, EmptyOutline, NothingNew, publish

TOPIC = Topic(id=fake_id(4), title="T", required=True, blocks=("hash",))
FULL = (Module(id=fake_id(2), title="M", lessons=(Lesson(id=fake_id(3), title="L", topics=(TOPIC,)),)),)
HOLLOW: tuple[Module[str], ...] = (
    Module(id=fake_id(2), title="M", lessons=(Lesson(id=fake_id(3), title="L", topics=()),)),
)


def next_version(
    course: Course, newest: CourseVersion | None, modules: tuple[Module[str], ...] = FULL
) -> CourseVersion:
    outline = Outline(course_id=course.id, modules=modules)
    return publish(course, outline, newest=newest, id=fake_id(20), by=fake_id(9), at=MORNING)


def draft() -> Course:
    return new_course(id=fake_id(1), instructor_id=fake_id(9), title="C", summary="", at=MORNING)


def test_versions_are_numbered_from_one() -> None:
    course = draft()
    first = next_version(course, None)
    second = next_version(course, first, (replace(FULL[0], title="N"),))
    course.title = "D"
    third = next_version(course, second, second.modules)
    assert [v.version for v in (first, second, third)] == [1, 2, 3]
    assert course.published_version == 3
    assert (first.modules, first.title, first.topics, third.title) == (FULL, "C", 1, "D")


def test_what_is_published_already_makes_no_version() -> None:
    course = draft()
    newest = next_version(course, None)
    with pytest.raises(NothingNew):
        next_version(course, newest)
    assert course.published_version == 1


@pytest.mark.parametrize("modules", [(), HOLLOW])
def test_without_a_topic_there_is_nothing_to_publish(modules: tuple[Module[str], ...]) -> None:
    course = draft()
    with pytest.raises(EmptyOutline):
        next_version(course, None, modules)
    assert course.published_version is None
