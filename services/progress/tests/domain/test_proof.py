"""A proof leads from the log to the percentage."""

from __future__ import annotations

from datetime import timedelta

from lms_core.testing.fakes import MORNING, fake_id
from services.progress.domain.proof import Logged, Proof, Shown, prove
from services.progress.domain.tracking import Activity, Topic

A, B, C = (fake_id(n) for n in (1, 2, 3))
TOPICS = [Topic(topic_id=t, title=n, required=t != C) for t, n in ((A, "A"), (B, "B"), (C, "C"))]


def logged(n: int, topic: Topic, *, kind: str = "completed") -> Logged:
    at = MORNING + timedelta(minutes=n)
    activity = Activity(
        activity_id=fake_id(100 + n),
        topic_id=topic.topic_id,
        kind=kind,  # type: ignore[arg-type]
        seconds=10,
        position=0,
        occurred_at=MORNING,
        recorded_at=at,
    )
    return Logged(event_id=fake_id(200 + n), type="lms.progress.ActivityRecorded.v1", time=at, activity=activity)


def proof(*events: Logged, shown: Shown) -> Proof:
    return prove(
        enrollment_id=fake_id(9),
        course_id=fake_id(8),
        course_version=1,
        topics=TOPICS,
        grounds=(),
        events=events,
        shown=shown,
    )


def test_it_names_the_first_event_that_completed_each_topic() -> None:
    shown = Shown(percent=50, seconds=40, completed_at=None)
    made = proof(
        logged(1, TOPICS[0], kind="viewed"),
        logged(3, TOPICS[0]),
        logged(2, TOPICS[0]),
        logged(4, TOPICS[2]),
        shown=shown,
    )
    assert {r.topic_id: r.completed_by for r in made.required} == {A: fake_id(202), B: None}
    assert (made.arithmetic, made.agrees) == ("floor(100 * 1 / 2) = 50", True)
    assert len(made.events) == 4


def test_it_says_when_what_is_shown_is_something_else() -> None:
    made = proof(logged(1, TOPICS[0]), shown=Shown(percent=100, seconds=10, completed_at=None))
    assert (made.result.percent, made.agrees) == (50, False)
