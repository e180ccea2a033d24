"""Figures as the gateway's pages write them."""

from __future__ import annotations

import pytest

from lms_core.domain.pulse import MANY
from lms_core.domain.traces import Kind, Step
from services.gateway.adapters.http.words import FILTERS, count, duration, headline, mood, ms, points, rate


def step(kind: Kind, name: str, state: str) -> Step:
    return Step(kind=kind, service="course", name=name, at=0, state=state)


def test_figures() -> None:
    assert [rate(value) for value in (0, 0.44, 9.96, 1204.4)] == ["0.0", "0.4", "10.0", "1,204"]
    assert [count(value) for value in (None, 0, 1234, MANY)] == ["–", "0", "1,234", "10,000+"]
    assert [ms(value) for value in (None, 1.44)] == ["–", "1.4 ms"]
    assert [duration(value) for value in (87, 2400, 200_000)] == ["87 ms", "2.4 s", "3 min 20 s"]


def test_a_series_fills_its_height() -> None:
    assert points([0, 5, 10]) == "0,19.0 1,10.0 2,1.0"
    assert points([0, 0]) == "0,19.0 1,19.0"


def test_an_event_is_called_by_its_name() -> None:
    assert headline(step("event", "lms.course.UserEnrolled.v1", "sent")) == "UserEnrolled"
    assert headline(step("event", "com.example.thing", "sent")) == "com.example.thing"
    assert headline(step("request", "", "")) == "request to course"


@pytest.mark.parametrize(
    ("kind", "state", "colour"),
    [
        ("request", "201", "good"),
        ("request", "404", "warn"),
        ("request", "503", "bad"),
        ("consumer", "done", "good"),
        ("consumer", "backing-off", "warn"),
        ("job", "dead", "bad"),
        ("record", "something new", ""),
    ],
)
def test_a_state_has_a_colour(kind: Kind, state: str, colour: str) -> None:
    assert mood(step(kind, "x", state)) == colour
    assert FILTERS["mood"] is mood
