"""Recording and projecting, with tables in memory: whatever the order, the same rows."""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from lms_core.contracts.progress import ActivityRecorded, CourseCompleted, ProgressUpdated
from lms_core.domain.errors import Invalid, NotYet
from lms_core.domain.events import Event
from lms_core.testing.enrollments import History, histories
from lms_core.testing.fakes import MORNING, FakeClock, FakeUnitOfWork, fake_id, principal
from services.progress.domain.tracking import EARLIEST, NotActive, NotTracked, Outline, TopicProgress, Track, Tracking
from services.progress.tests.story import (
    ADA,
    COURSE,
    ENROLLMENT,
    EXAM,
    EXTRA,
    INTRO,
    MINUTE,
    PROOFS,
    activated,
    enrolled,
    published,
    suspended,
)
from services.progress.usecases.tracking import NewActivity, RecordActivities, RecordingPolicy, TrackProgress


class Tables:
    """Outlines and Tracks in memory."""

    def __init__(self) -> None:
        self.outlines: dict[tuple[UUID, int], Outline] = {}
        self.trackings: dict[UUID, Tracking] = {}
        self.topics: dict[tuple[UUID, UUID], TopicProgress] = {}
        self.counted: set[tuple[UUID, UUID]] = set()

    async def keep(self, outline: Outline) -> None:
        self.outlines.setdefault((outline.course_id, outline.version), outline)

    async def tracking(self, enrollment_id: UUID) -> Tracking | None:
        return copy.copy(self.trackings.get(enrollment_id))

    async def add(self, tracking: Tracking) -> None:
        self.trackings[tracking.enrollment_id] = tracking

    async def update(self, tracking: Tracking) -> None:
        self.trackings[tracking.enrollment_id] = tracking

    async def of_learner(
        self, learner_id: UUID, courses: Collection[UUID], activities: Collection[UUID]
    ) -> dict[UUID, Track]:
        mine = [t for t in self.trackings.values() if t.learner_id == learner_id and t.course_id in courses]
        return {t.course_id: self._track(t) for t in mine}

    def _track(self, tracking: Tracking) -> Track:
        outline = self.outlines[tracking.course_id, tracking.course_version]
        return Track(
            tracking=copy.copy(tracking),
            outline={t.topic_id: t for t in outline.topics},
            topics={k[1]: copy.copy(t) for k, t in self.topics.items() if k[0] == tracking.enrollment_id},
            counted={a for e, a in self.counted if e == tracking.enrollment_id},
        )

    async def save(self, track: Track) -> None:
        id = track.tracking.enrollment_id
        self.trackings[id] = track.tracking
        self.topics |= {(id, t): track.topics[t] for t in track.opened | track.touched}
        self.counted |= {(id, a) for a in track.fresh}


class Versions:
    """The other half: `get` of two ports has one name."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.keep = tables.keep

    async def get(self, course_id: UUID, version: int) -> Outline | None:
        return self._tables.outlines.get((course_id, version))


class Progresses(Tables):
    async def get(self, enrollment_id: UUID, activity_id: UUID) -> Track | None:
        tracking = self.trackings.get(enrollment_id)
        return None if tracking is None else self._track(tracking)


def projection(tables: Progresses) -> TrackProgress:
    return TrackProgress(Versions(tables), tables)


async def project_all(events: Sequence[Event]) -> Progresses:
    """As the inbox would: what is not yet due comes again."""
    tables, waiting = Progresses(), list(events)
    while waiting:
        again = []
        for event in waiting:
            try:
                await projection(tables)(event)  # type: ignore[arg-type]
            except NotYet:
                again.append(event)
        assert len(again) < len(waiting)
        waiting = again
    return tables


def recorded(n: int, topic: UUID, seconds: int, minute: int) -> ActivityRecorded:
    return ActivityRecorded(
        activity_id=fake_id(10_000 + n),
        enrollment_id=ENROLLMENT,
        course_id=COURSE,
        learner_id=ADA,
        topic_id=topic,
        kind="viewed" if n % 3 == 0 else "completed",
        seconds=seconds,
        position=n,
        occurred_at=MORNING + minute * MINUTE,
        recorded_at=MORNING + n * MINUTE,
    )


HISTORY: list[Event] = [
    published(),
    enrolled(status="pending"),
    activated(2),
    suspended(3),
    activated(4),
    *[recorded(n, [INTRO, PROOFS, EXAM, EXTRA][n % 4], 10 + n, 50 - 7 * n) for n in range(7)],
]


@given(st.data())
async def test_any_order_and_any_repetition_give_the_same_rows(data: st.DataObject) -> None:
    straight = await project_all(HISTORY)
    repeated = data.draw(st.lists(st.sampled_from(HISTORY), max_size=8))
    mixed = await project_all(data.draw(st.permutations([*HISTORY, *repeated])))
    assert vars(mixed) == vars(straight)
    assert mixed.trackings[ENROLLMENT].status == "active"
    assert mixed.trackings[ENROLLMENT].seconds == sum(10 + n for n in range(7))


@given(histories(ENROLLMENT, COURSE), st.data())
async def test_a_place_ends_as_course_says_whatever_the_order_and_the_clocks(
    history: History, data: st.DataObject
) -> None:
    tables = await project_all([published(), *history.mixed(data)])
    assert tables.trackings[ENROLLMENT].status == history.status


async def test_the_version_must_have_arrived_before_the_enrollment_counts() -> None:
    with pytest.raises(NotYet):
        await projection(Progresses())(enrolled())
    with pytest.raises(NotYet):
        await projection(Progresses())(suspended(2))
    with pytest.raises(NotYet):
        await projection(Progresses())(recorded(1, INTRO, 1, 1))


async def recorder(*events: Event) -> tuple[RecordActivities, FakeUnitOfWork]:
    uow = FakeUnitOfWork()
    tables = await project_all(events)
    return RecordActivities(tables, uow, FakeClock(), RecordingPolicy(ahead=timedelta(minutes=5))), uow


def new(n: int, topic: UUID = INTRO, **changes: object) -> NewActivity:
    values = {"kind": "completed", "seconds": 60, "position": 1, "occurred_at": MORNING, "course_id": COURSE}
    return NewActivity(activity_id=fake_id(n), topic_id=topic, **(values | changes))  # type: ignore[arg-type]


async def test_what_follows_from_activities_is_recorded_with_them() -> None:
    record, uow = await recorder(published(), enrolled())
    outcomes = await record(principal(id=ADA), [new(1), new(1), new(2, PROOFS), new(3, EXAM, kind="viewed")])
    assert [o.outcome for o in outcomes] == ["accepted", "duplicate", "accepted", "accepted"]
    assert [type(e) for e in uow.events] == [ActivityRecorded] * 3 + [ProgressUpdated]
    assert (uow.only(ProgressUpdated).percent, uow.only(ProgressUpdated).seconds) == (66, 180)


async def test_a_course_is_completed_once() -> None:
    record, uow = await recorder(published(), enrolled())
    await record(principal(id=ADA), [new(n, topic) for n, topic in enumerate((INTRO, PROOFS, EXAM))])
    assert uow.only(CourseCompleted).completed_at == MORNING
    later = RecordActivities(record.tracks, FakeUnitOfWork(), FakeClock(MORNING + MINUTE), record.policy)
    await later(principal(id=ADA), [new(9, EXAM)])
    [_, updated] = later.uow.events  # type: ignore[attr-defined]
    assert isinstance(updated, ProgressUpdated)


async def test_a_look_of_no_time_changes_no_progress() -> None:
    record, uow = await recorder(published(), enrolled())
    await record(principal(id=ADA), [new(1, kind="viewed", seconds=0)])
    assert [type(e) for e in uow.events] == [ActivityRecorded]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"topic": fake_id(1)}, "#/activities/1/topic_id"),
        ({"occurred_at": MORNING + timedelta(minutes=5, milliseconds=1)}, "#/activities/1/occurred_at"),
        ({"occurred_at": EARLIEST - timedelta(milliseconds=1)}, "#/activities/1/occurred_at"),
    ],
)
async def test_one_bad_activity_refuses_the_batch(change: dict[str, object], pointer: str) -> None:
    record, uow = await recorder(published(), enrolled())
    with pytest.raises(Invalid) as refusal:
        await record(principal(id=ADA), [new(1), new(2, **change)])  # type: ignore[arg-type]
    assert [e["pointer"] for e in refusal.value.facts["errors"]] == [pointer]  # type: ignore[attr-defined]
    assert uow.events == []


async def test_five_minutes_ahead_and_decades_behind_are_believed() -> None:
    record, _ = await recorder(published(), enrolled())
    outcomes = await record(principal(id=ADA), [new(1, occurred_at=MORNING + 5 * MINUTE), new(2, occurred_at=EARLIEST)])
    assert [o.outcome for o in outcomes] == ["accepted", "accepted"]


async def test_a_place_must_be_known_and_active() -> None:
    record, _ = await recorder(published(), enrolled(status="pending"))
    with pytest.raises(NotActive):
        await record(principal(id=ADA), [new(1)])
    record, _ = await recorder(published(), enrolled())
    with pytest.raises(NotTracked):
        await record(principal(id=fake_id(77)), [new(1)])
