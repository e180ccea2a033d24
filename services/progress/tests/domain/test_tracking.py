"""The merge law and the status of a place."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

from hypothesis import given, strategies as st

from lms_core.testing.fakes import MORNING, fake_id
from services.progress.domain.tracking import Activity, Outline, Status, Topic, Track, Tracking, begin

REQUIRED, OPTIONAL = [fake_id(n) for n in (1, 2)], fake_id(3)
OUTLINE = Outline(
    course_id=fake_id(8),
    version=1,
    title="Logic",
    published_at=MORNING,
    topics=tuple(Topic(topic_id=t, title="t", required=t in REQUIRED) for t in [*REQUIRED, OPTIONAL]),
)
moments = st.integers(0, 5).map(lambda n: MORNING + timedelta(seconds=n))
activities = st.lists(
    st.builds(
        Activity,
        activity_id=st.integers(0, 1000).map(fake_id),
        topic_id=st.sampled_from([*REQUIRED, OPTIONAL]),
        kind=st.sampled_from(["viewed", "completed"]),
        seconds=st.integers(0, 100),
        position=st.integers(0, 5),
        occurred_at=moments,
        recorded_at=moments,
    ),
    max_size=8,
    unique_by=lambda a: a.activity_id,
)


def new_tracking(status: Status) -> Tracking:
    return begin(
        OUTLINE, enrollment_id=fake_id(9), learner_id=fake_id(7), status=status, version=1, enrolled_at=MORNING
    )


def new_track() -> Track:
    return Track(tracking=new_tracking("active"), outline={t.topic_id: t for t in OUTLINE.topics})


@given(activities, st.data())
def test_neither_order_nor_repetition_matters(some: list[Activity], data: st.DataObject) -> None:
    once, shuffled = new_track(), new_track()
    for activity in some:
        assert once.count(activity)
    again = data.draw(
        st.permutations([*some, *data.draw(st.lists(st.sampled_from(some), max_size=4) if some else st.just([]))])
    )
    assert sum(shuffled.count(activity) for activity in again) == len(some)
    assert (shuffled.tracking, shuffled.topics) == (once.tracking, once.topics)
    assert once.tracking.seconds == sum(activity.seconds for activity in some)


@given(activities)
def test_what_is_completed_stays_completed(some: list[Activity]) -> None:
    track, percent = new_track(), 0
    for activity in some:
        track.count(activity)
        assert track.tracking.percent >= percent
        percent = track.tracking.percent


def test_the_position_is_that_of_the_last_activity_however_late_it_arrives() -> None:
    track = new_track()
    for n, (minute, position) in enumerate([(2, 10), (9, 4), (5, 99), (9, 3)]):
        at = MORNING + timedelta(minutes=minute)
        track.count(
            Activity(
                activity_id=fake_id(n),
                topic_id=OPTIONAL,
                kind="viewed",
                seconds=1,
                position=position,
                occurred_at=at,
                recorded_at=MORNING,
            )
        )
    assert (track.topics[OPTIONAL].position, track.topics[OPTIONAL].seconds) == (4, 4)
    assert track.topics[OPTIONAL].completed_at is None


def test_the_newest_version_of_a_place_counts() -> None:
    words: list[tuple[Status, int]] = [("suspended", 2), ("active", 3), ("suspended", 4), ("suspended", 4)]
    for order in permutations(words):
        tracking = new_tracking("pending")
        for status, version in order:
            tracking.turn(status, version)
        assert (tracking.status, tracking.status_version) == ("suspended", 4)
