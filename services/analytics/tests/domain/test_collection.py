"""The columns of a raw event, whatever its body says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms_core.testing.fakes import fake_id
from services.analytics.domain.collection import RawEvent
from services.analytics.tests.fakes import raw

_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def _with(facts: dict[str, Any]) -> RawEvent:
    return raw("1", **facts)


def test_what_the_body_says_fills_the_columns() -> None:
    event = raw("1", course_id=str(fake_id(1)), amount=4900, currency="EUR", percent=40, seconds=61)
    assert (event.course_id, event.amount, event.currency) == (fake_id(1), 4900, "EUR")
    assert (event.percent, event.seconds, event.learner_id, event.enrollment_id) == (40, 61, None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("course_id", "rust-101"),
        ("course_id", 7),
        ("amount", True),
        ("amount", 2**63),
        ("amount", 1.5),
        ("currency", 3),
    ],
)
def test_a_fact_of_another_type_is_left_out(name: str, value: object) -> None:
    assert getattr(_with({name: value}), name) is None


@given(_anything)
def test_nothing_in_a_body_is_an_error(value: object) -> None:
    names = ("course_id", "learner_id", "enrollment_id", "amount", "currency", "percent", "seconds")
    _with(dict.fromkeys(names, value))
