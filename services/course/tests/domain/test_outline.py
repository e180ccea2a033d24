"""What makes an outline fit."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid
from lms_core.testing.fakes import fake_id
from services.course.domain.content import Block, Text, Video
from services.course.domain.outline import Lesson, Module, Topic, blocks, exchange, fitting, topics

texts = st.builds(lambda words: Text(markdown=f"x{words}"), st.text(max_size=5))
films = st.builds(lambda seconds: Video(url="https://example.org/v", seconds=seconds), st.integers(1, 9))


@st.composite
def outlines(draw: st.DrawFn) -> tuple[Module[Block], ...]:
    numbers = iter(range(1, 10_000))

    def few(most: int) -> range:
        return range(draw(st.integers(0, most)))

    def topic() -> Topic[Block]:
        held = tuple(draw(st.lists(texts | films, max_size=3)))
        return Topic(id=fake_id(next(numbers)), title="T", required=draw(st.booleans()), blocks=held)

    def lesson() -> Lesson[Block]:
        return Lesson(id=fake_id(next(numbers)), title="L", topics=tuple(topic() for _ in few(3)))

    return tuple(Module(id=fake_id(next(numbers)), title="M", lessons=tuple(lesson() for _ in few(2))) for _ in few(3))


@given(outlines())
def test_what_fits_stays_as_it_is(modules: tuple[Module[Block], ...]) -> None:
    assert fitting(modules) == modules


@given(outlines())
def test_blocks_can_be_exchanged_there_and_back(modules: tuple[Module[Block], ...]) -> None:
    kept = {str(hash(block)): block for block in blocks(modules)}
    by_name = exchange(modules, lambda block: str(hash(block)))
    assert list(blocks(by_name)) == [str(hash(block)) for block in blocks(modules)]
    assert [t.id for t in topics(by_name)] == [t.id for t in topics(modules)]
    assert exchange(by_name, kept.__getitem__) == modules


@given(outlines().filter(lambda modules: len(modules) > 1))
def test_an_id_stands_once(modules: tuple[Module[Block], ...]) -> None:
    first, second, *_ = modules
    twice = (first, Module(id=first.id, title=second.title, lessons=second.lessons))
    with pytest.raises(Invalid) as refused:
        fitting(twice)
    assert refused.value.facts["errors"] == [{"pointer": "#/modules/1/id", "detail": "is used twice in this outline"}]


def test_every_fault_is_named() -> None:
    bad: Topic[Block] = Topic(id=fake_id(3), title=" ", required=True, blocks=(Text(markdown=" "), Text(markdown="")))
    lesson = Lesson(id=fake_id(2), title="two\n lines", topics=(bad,))
    with pytest.raises(Invalid) as refused:
        fitting((Module(id=fake_id(1), title="M", lessons=(lesson,)),))
    errors = refused.value.facts["errors"]
    assert isinstance(errors, list)
    at = "#/modules/0/lessons/0/topics/0"
    assert [e["pointer"] for e in errors] == [f"{at}/blocks/0/markdown", f"{at}/blocks/1/markdown", f"{at}/title"]


def test_titles_become_one_line() -> None:
    raw: Module[Block] = Module(id=fake_id(1), title="  two \n lines ", lessons=())
    [module] = fitting((raw,))
    assert module.title == "two lines"


def test_an_outline_has_a_largest_size() -> None:
    many: tuple[Topic[Block], ...] = tuple(
        Topic(id=fake_id(n), title="T", required=True, blocks=()) for n in range(10, 2011)
    )
    with pytest.raises(Invalid):
        fitting((Module(id=fake_id(1), title="M", lessons=(Lesson(id=fake_id(2), title="L", topics=many),)),))
