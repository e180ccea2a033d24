"""Numbering versions."""

from __future__ import annotations

import pytest

from lms_core.testing.fakes import MORNING, fake_id
from services.course.domain.authoring import new_course
from services.course.domain.outline import Lesson, Module, Outline, Topic
from services.course.domain.publishing import EmptyOutline, publish

TOPIC = Topic(id=fake_id(4), title="T", required=True, blocks=("hash",))
FULL = (Module(id=fake_id(2), title="M", lessons=(Lesson(id=fake_id(3), title="L", topics=(TOPIC,)),)),)
HOLLOW: tuple[Module[str], ...] = (
    Module(id=fake_id(2), title="M", lessons=(Lesson(id=fake_id(3), title="L", topics=()),)),
)


def test_versions_are_numbered_from_one() -> None:
    course = new_course(id=fake_id(1), author_id=fake_id(9), title="C", summary="", at=MORNING)
    outline = Outline(course_id=course.id, modules=FULL)
    made = [publish(course, outline, id=fake_id(20 + n), by=fake_id(9), at=MORNING) for n in range(3)]
    assert [v.version for v in made] == [1, 2, 3]
    assert course.published_version == 3
    assert (made[0].modules, made[0].title, made[0].topics) == (FULL, "C", 1)


@pytest.mark.parametrize("modules", [(), HOLLOW])
def test_without_a_topic_there_is_nothing_to_publish(modules: tuple[Module[str], ...]) -> None:
    course = new_course(id=fake_id(1), author_id=fake_id(9), title="C", summary="", at=MORNING)
    with pytest.raises(EmptyOutline):
        publish(course, Outline(course_id=course.id, modules=modules), id=fake_id(2), by=fake_id(9), at=MORNING)
    assert course.published_version is None
