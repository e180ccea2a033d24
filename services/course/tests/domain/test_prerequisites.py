"""The graph of courses never has a cycle, and one that is refused is named."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid
from lms_core.testing.fakes import MORNING, fake_id
from services.course.domain.authoring import new_course
from services.course.domain.enrollment import Offer
from services.course.domain.prerequisites import (
    MAX_PREREQUISITES,
    NamedCourse,
    PrerequisiteCycle,
    PrerequisitesMissing,
    chosen,
    refuse_cycles,
)

COURSES = [NamedCourse(course_id=fake_id(n), title=f"Course {n}") for n in range(6)]
edits = st.tuples(st.sampled_from(COURSES), st.lists(st.sampled_from(COURSES), max_size=3, unique=True))


def sound(graph: dict[UUID, list[NamedCourse]]) -> bool:
    try:
        TopologicalSorter({course: [n.course_id for n in needs] for course, needs in graph.items()}).prepare()
    except CycleError:
        return False
    return True


@given(st.lists(edits, max_size=25))
def test_what_is_accepted_has_no_cycle_and_what_is_refused_has(
    changes: list[tuple[NamedCourse, list[NamedCourse]]],
) -> None:
    graph: dict[UUID, list[NamedCourse]] = {}
    for course, required in changes:
        changed = graph | {course.course_id: required}
        try:
            refuse_cycles(course, required, graph)
        except PrerequisiteCycle as refusal:
            assert not sound(changed)
            cycle = refusal.facts["cycle"]
            assert isinstance(cycle, list)
            assert cycle[0] == cycle[-1] == course
            assert len({named.course_id for named in cycle}) == len(cycle) - 1
            assert all(after in changed[before.course_id] for before, after in pairwise(cycle))
        else:
            assert sound(changed)
            graph = changed


def test_the_shortest_way_round_is_named() -> None:
    a, b, c, d, *_ = COURSES
    graph = {b.course_id: [c, d], c.course_id: [d], d.course_id: [a]}
    with pytest.raises(PrerequisiteCycle) as refused:
        refuse_cycles(a, [b], graph)
    assert refused.value.facts["cycle"] == [a, b, d, a]
    with pytest.raises(PrerequisiteCycle) as refused:
        refuse_cycles(a, [a], {})
    assert refused.value.facts["cycle"] == [a, a]


def test_courses_are_chosen_in_order_and_faults_are_pointed_at() -> None:
    a, b, c, *_ = COURSES
    assert chosen([c.course_id, a.course_id], [a, b, c]) == [c, a]
    with pytest.raises(Invalid) as refused:
        chosen([a.course_id, b.course_id, a.course_id], [a])
    assert refused.value.facts["errors"] == [
        {"pointer": "#/course_ids/1", "detail": "is no published course"},
        {"pointer": "#/course_ids/2", "detail": "is named twice"},
    ]
    with pytest.raises(Invalid):
        chosen([fake_id(n) for n in range(MAX_PREREQUISITES + 1)], [])


def test_a_place_needs_what_comes_first() -> None:
    offer = Offer(
        course_id=fake_id(9),
        instructor_id=fake_id(2),
        title="Engines",
        published_version=1,
        capacity=0,
        taken=0,
        missing=(COURSES[0],),
    )
    with pytest.raises(PrerequisitesMissing) as refused:
        offer.enroll(fake_id(8), None, id=fake_id(7), at=MORNING)
    assert refused.value.facts["missing"] == (COURSES[0],)


def test_the_entity_tag_changes_even_while_the_clock_stands_still() -> None:
    course = new_course(id=fake_id(1), instructor_id=fake_id(2), title="Engines", summary="", at=MORNING)
    moments = []
    for _ in range(3):
        course.touch(MORNING)
        moments.append(course.updated_at)
    assert moments == sorted(set(moments))
