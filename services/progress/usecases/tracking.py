"""Recording activities, and the projection that everything shown is read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.progress import ActivityRecorded, CourseCompleted, ProgressUpdated
from lms_core.domain.errors import Invalid, NotYet
from lms_core.domain.time import from_ms, to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.progress.domain.tracking import (
    EARLIEST,
    Activity,
    Kind,
    NotActive,
    NotTracked,
    Outline,
    Status,
    Topic,
    Track,
    Tracking,
    begin,
)
from services.progress.ports.tracking import Outlines, Tracks

Faults = list[dict[str, object]]
Tracked: TypeAlias = (
    CoursePublished | UserEnrolled | EnrollmentActivated | EnrollmentSuspended | EnrollmentCancelled | ActivityRecorded
)
"""What progress is a function of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPolicy:
    """What is believed of devices."""

    ahead: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActivity:
    """An activity as a client sends it."""

    activity_id: UUID
    course_id: UUID
    topic_id: UUID
    kind: Kind
    seconds: int
    position: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an activity."""

    activity_id: UUID
    outcome: Literal["accepted", "duplicate"]


@dataclass(frozen=True, slots=True)
class RecordActivities:
    """Record what you did with the topics of your courses.

    Send up to 100 activities at a time, from one device or many, online or later, in any order; each carries an id that
    the client made, and one that was sent before is answered `duplicate` and changes nothing, so a batch may be sent
    again whenever its answer was lost. One bad activity refuses the whole batch, with a pointer to each fault: a topic
    that your version of the course does not have, a time in the future or before 2000 (400); a course in which your
    place is not known, which right after enrolling is a matter of moments (404 with Retry-After); a place that is not
    active (409). Read the progress afterwards and it includes them.
    """

    raises: ClassVar = (Invalid, NotTracked, NotActive)

    tracks: Tracks
    uow: UnitOfWork
    clock: Clock
    policy: RecordingPolicy

    async def __call__(self, me: Principal, activities: Sequence[NewActivity]) -> list[Outcome]:
        now = self.clock.now()
        async with self.uow:
            tracks = await self.tracks.of_learner(
                me.id, {a.course_id for a in activities}, {a.activity_id for a in activities}
            )
            _check(activities, tracks, latest=now + self.policy.ahead)
            before = {course: replace(track.tracking) for course, track in tracks.items()}
            outcomes = [self._record(tracks[a.course_id], a, now) for a in activities]
            for course, track in tracks.items():
                if track.fresh:
                    await self.tracks.save(track)
                    self._announce(before[course], track.tracking, now)
        return outcomes

    def _record(self, track: Track, new: NewActivity, now: datetime) -> Outcome:
        event = ActivityRecorded(
            activity_id=new.activity_id,
            enrollment_id=track.tracking.enrollment_id,
            course_id=new.course_id,
            learner_id=track.tracking.learner_id,
            topic_id=new.topic_id,
            kind=new.kind,
            seconds=new.seconds,
            position=new.position,
            occurred_at=from_ms(to_ms(new.occurred_at)),
            recorded_at=now,
        )
        if not track.count(_activity(event)):
            return Outcome(activity_id=new.activity_id, outcome="duplicate")
        self.uow.record(event)
        return Outcome(activity_id=new.activity_id, outcome="accepted")

    def _announce(self, before: Tracking, after: Tracking, now: datetime) -> None:
        if _visible(before) != _visible(after):
            self.uow.record(
                ProgressUpdated(
                    enrollment_id=after.enrollment_id,
                    course_id=after.course_id,
                    course_version=after.course_version,
                    learner_id=after.learner_id,
                    percent=after.percent,
                    completed_topics=after.completed_topics,
                    required_topics=after.required_topics,
                    seconds=after.seconds,
                    rule_version=after.rule_version,
                    updated_at=now,
                )
            )
        if before.completed_at is None and after.completed_at is not None:
            self.uow.record(
                CourseCompleted(
                    enrollment_id=after.enrollment_id,
                    course_id=after.course_id,
                    course_version=after.course_version,
                    learner_id=after.learner_id,
                    rule_version=after.rule_version,
                    completed_at=after.completed_at,
                )
            )


@dataclass(frozen=True, slots=True)
class TrackProgress:
    """Keep each learner's progress: a pure function of events, which a replay repeats."""

    raises: ClassVar = (NotYet,)

    outlines: Outlines
    tracks: Tracks

    async def __call__(self, event: Tracked) -> None:
        match event:
            case CoursePublished():
                await self.outlines.keep(_outline(event))
            case UserEnrolled():
                await self._begin(event)
            case EnrollmentActivated():
                await self._turn(event.enrollment_id, "active", event.version)
            case EnrollmentSuspended():
                await self._turn(event.enrollment_id, "suspended", event.version)
            case EnrollmentCancelled():
                await self._turn(event.enrollment_id, "cancelled", event.version)
            case ActivityRecorded():
                await self._count(event)

    async def _begin(self, event: UserEnrolled) -> None:
        outline = await self.outlines.get(event.course_id, event.course_version)
        if outline is None:
            raise NotYet("the course has not arrived", course_id=event.course_id, version=event.course_version)
        if await self.tracks.tracking(event.enrollment_id) is None:
            await self.tracks.add(
                begin(
                    outline,
                    enrollment_id=event.enrollment_id,
                    learner_id=event.learner_id,
                    status=event.status,
                    version=event.version,
                    enrolled_at=event.enrolled_at,
                )
            )

    async def _turn(self, enrollment_id: UUID, status: Status, version: int) -> None:
        tracking = await self.tracks.tracking(enrollment_id)
        if tracking is None:
            raise NotYet("enrollment {enrollment_id} has not arrived", enrollment_id=enrollment_id)
        tracking.turn(status, version)
        await self.tracks.update(tracking)

    async def _count(self, event: ActivityRecorded) -> None:
        track = await self.tracks.get(event.enrollment_id, event.activity_id)
        if track is None:
            raise NotYet("enrollment {enrollment_id} has not arrived", enrollment_id=event.enrollment_id)
        if track.count(_activity(event)):
            await self.tracks.save(track)


def _check(activities: Sequence[NewActivity], tracks: Mapping[UUID, Track], *, latest: datetime) -> None:
    """Raises Invalid for what cannot become right; else NotTracked for what may; else NotActive."""
    wrong, unknown, closed = Faults(), Faults(), Faults()
    for i, activity in enumerate(activities):
        track = tracks.get(activity.course_id)
        if activity.occurred_at > latest:
            wrong.append(_fault(i, "occurred_at", "is in the future: check the device's clock"))
        if activity.occurred_at < EARLIEST:
            wrong.append(_fault(i, "occurred_at", "is too long ago: check the device's clock"))
        if track is None:
            unknown.append(_fault(i, "course_id", "your place in this course is not known, or not yet"))
        elif activity.topic_id not in track.outline:
            version = track.tracking.course_version
            wrong.append(_fault(i, "topic_id", "is no topic of version {version} of the course", version=version))
        elif track.tracking.status != "active":
            closed.append(_fault(i, "course_id", "your place in this course is {status}", status=track.tracking.status))
    if wrong:
        raise Invalid(errors=(*wrong, *unknown, *closed))
    if unknown:
        raise NotTracked(errors=[*unknown, *closed])
    if closed:
        raise NotActive(errors=closed)


def _fault(i: int, field: str, detail: str, **facts: object) -> dict[str, object]:
    return {"pointer": f"#/activities/{i}/{field}", "detail": detail, **facts}


def _visible(tracking: Tracking) -> tuple[int, int, int]:
    return tracking.percent, tracking.completed_topics, tracking.seconds


def _activity(event: ActivityRecorded) -> Activity:
    return Activity(
        activity_id=event.activity_id,
        topic_id=event.topic_id,
        kind=event.kind,
        seconds=event.seconds,
        position=event.position,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
    )


def _outline(event: CoursePublished) -> Outline:
    return Outline(
        course_id=event.course_id,
        version=event.version,
        title=event.title,
        published_at=event.published_at,
        topics=tuple(Topic(topic_id=t.topic_id, title=t.title, required=t.required) for t in event.topics),
    )


USE_CASES = (RecordActivities, TrackProgress)
