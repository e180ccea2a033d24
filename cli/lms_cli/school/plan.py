"""What happened at the school in its six weeks: every step with its moment, the same each time it is worked out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal
from uuid import UUID

from lms_cli.school.courses import COURSES, CourseText, known_as
from lms_cli.school.people import LEARNERS, STAFF, Person
from lms_core.domain.ids import uuid7
from lms_core.domain.time import to_ms
from lms_core.security.permissions import INSTRUCTOR
from services.course.domain.content import Block, Text
from services.course.domain.outline import Topic
from services.progress.usecases.tracking import NewActivity

DAYS: Final = 42
Verb = Literal[
    "register", "promote", "introduce", "draft", "write", "price", "publish", "require", "add-card", "enroll", "learn"
]
Mark = tuple[str, ...]
"""What a step leaves behind: how the platform is asked whether it has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Somebody does something."""

    at: datetime
    verb: Verb
    who: Person
    course: CourseText | None = None
    token: str = ""
    """Of the card that they add."""
    activities: tuple[NewActivity, ...] = ()

    @property
    def mark(self) -> Mark:
        """No two steps leave the same."""
        match self.verb:
            case "learn":
                return self.verb, str(self.activities[0].activity_id)
            case "add-card":
                return self.verb, self.who.email, self.token
            case "register" | "promote" | "introduce":
                return self.verb, self.who.email
            case "enroll":
                return self.verb, self.who.email, self.slug
            case _:
                return self.verb, self.slug

    @property
    def slug(self) -> str:
        """Of the course it is about."""
        assert self.course is not None, self.verb
        return self.course.slug


def opening_before(now: datetime) -> datetime:
    """When a school opened that has its six weeks behind it last midnight."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)


class Plan:
    """The school that opened at a midnight."""

    def __init__(self, opening: datetime, learners: int = len(LEARNERS)) -> None:
        self.opening = opening
        self.closing = opening + timedelta(days=DAYS)
        self.people = (*STAFF, *LEARNERS[:learners])
        self.by_email = {person.email: person for person in self.people}
        self.texts = {text.slug: text for text in COURSES}
        self.course_ids = {text.slug: self.new_id(self._opens(text), "course", text.slug) for text in COURSES}
        found = [*self._staff(), *(step for person in LEARNERS[:learners] for step in _Weeks(self, person).steps())]
        self.steps = sorted((s for s in found if s.at < self.closing), key=lambda step: (step.at, step.mark))

    def new_id(self, at: datetime, *names: str) -> UUID:
        """An id as it would have been made at that moment; always the same for the same names."""
        return uuid7(to_ms(at), hashlib.sha256("/".join(names).encode()).digest()[:10])

    def day(self, day: float, *, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
        """A moment of the school's calendar."""
        return self.opening + timedelta(days=day, hours=hour, minutes=minute, seconds=second)

    def _opens(self, text: CourseText) -> datetime:
        return self.day(text.opens_on, hour=9, minute=12)

    def _staff(self) -> Iterator[Step]:
        for n, person in enumerate(STAFF):
            yield Step(at=self.day(0, hour=8, minute=20 * n), verb="register", who=person)
            if person.role == INSTRUCTOR:
                yield Step(at=self.day(0, hour=9, minute=20 * n), verb="promote", who=person)
            if person.bio:
                yield Step(at=self.day(0, hour=10, minute=20 * n), verb="introduce", who=person)
        for text in COURSES:
            at, who = self._opens(text), self.by_email[text.author]
            yield Step(at=at, verb="draft", who=who, course=text)
            yield Step(at=at + timedelta(minutes=95), verb="write", who=who, course=text)
            if text.amount:
                yield Step(at=at + timedelta(minutes=119), verb="price", who=who, course=text)
            yield Step(at=at + timedelta(minutes=131), verb="publish", who=who, course=text)
            if text.needs:
                yield Step(at=at + timedelta(minutes=136), verb="require", who=who, course=text)


_FREE_HOURS = (6, 7, 12, 12, 13, 17, 18, 19, 20, 21)
"""When people find time to register."""
_SATURDAY = 5


class _Weeks:
    """One learner's six weeks, played out."""

    def __init__(self, plan: Plan, person: Person) -> None:
        self._plan = plan
        self._person = person
        self._chance = Random(person.email)
        self._now = self._free(
            plan.day(3 + int(33 * self._chance.random() ** 1.4), hour=self._chance.choice(_FREE_HOURS))
        )

    def steps(self) -> Iterator[Step]:
        """They register, and take their courses one after the other as long as they last."""
        yield Step(at=self._moment(), verb="register", who=self._person)
        self._now += timedelta(minutes=self._chance.randint(3, 40))
        lasts = min(1.0, self._chance.uniform(*self._person.temperament.lasts))
        for slug in self._person.courses:
            text = self._plan.texts[slug]
            yield from self._begin(text)
            if text.amount and "pm_ok" not in self._person.cards:
                continue
            yield from self._learn(text, lasts)
            if lasts < 1:
                return

    def _begin(self, text: CourseText) -> Iterator[Step]:
        cards = list(self._person.cards) if text.amount else []
        if cards:
            yield Step(at=self._moment(), verb="add-card", who=self._person, token=cards.pop(0))
            self._now += timedelta(minutes=1, seconds=self._chance.randrange(50))
        yield Step(at=self._moment(), verb="enroll", who=self._person, course=text)
        for card in cards:
            self._now += timedelta(days=1, minutes=self._chance.randrange(300))
            yield Step(at=self._moment(), verb="add-card", who=self._person, token=card)
        self._now += timedelta(minutes=self._chance.randint(1, 9))

    def _learn(self, text: CourseText, lasts: float) -> Iterator[Step]:
        temperament = self._person.temperament
        waiting = [t for t in text.topics if t.required or self._chance.random() < 0.4]
        waiting = waiting[: max(1, round(lasts * len(waiting)))]
        while waiting:
            many = self._chance.randint(*temperament.topics)
            sitting, waiting = waiting[:many], waiting[many:]
            activities = tuple(activity for topic in sitting for activity in self._read(text, topic))
            self._now += timedelta(seconds=2)  # then the device sends them
            yield Step(at=self._moment(), verb="learn", who=self._person, course=text, activities=activities)
            self._sleep()

    def _read(self, text: CourseText, topic: Topic[Block]) -> Iterator[NewActivity]:
        """They open the topic, and are through with it some minutes later."""
        letters = sum(len(block.markdown) for block in topic.blocks if isinstance(block, Text))
        seconds = round((60 + letters / 15) * self._chance.uniform(0.6, 2.2))
        for kind, spent in (("viewed", seconds // 3), ("completed", seconds - seconds // 3)):
            self._now += timedelta(seconds=spent)
            yield NewActivity(
                activity_id=known_as(self._person.email, text.slug, topic.title, kind),
                course_id=self._plan.course_ids[text.slug],
                topic_id=topic.id,
                kind="viewed" if kind == "viewed" else "completed",
                seconds=spent,
                position=letters if kind == "completed" else letters // 3,
                occurred_at=self._moment(),
            )

    def _sleep(self) -> None:
        """Until the next sitting."""
        pause = timedelta(days=self._chance.choice(self._person.temperament.pauses))
        hour = self._chance.choice(self._person.temperament.hours)
        then = self._free(self._now + pause).replace(hour=hour, minute=self._chance.randrange(60))
        self._now = max(then, self._now + timedelta(hours=2))

    def _free(self, at: datetime) -> datetime:
        """That day, or the next Saturday for who has no time before."""
        weekday = at.weekday()
        wait = _SATURDAY - weekday if self._person.temperament.weekends and weekday < _SATURDAY else 0
        return at + timedelta(days=wait)

    def _moment(self) -> datetime:
        return self._now.replace(microsecond=self._chance.randrange(1000) * 1000)
