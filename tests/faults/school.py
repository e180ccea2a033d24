"""A school that something happens to: two courses, people who register and enroll; and what must be true after."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from lms_cli.api import Api, Person, sign_in
from lms_cli.stories import EUR_49, Stage, course
from tests.faults.crowd import Ask, each, settle
from tests.faults.stores import Stores, until
from tests.platforms import RunningPlatform

PASSWORD = "a long and good password"
NO_LIMITS = {
    **{f"LMS_GATEWAY_{who}_RATE": "0" for who in ("PERSON", "ADDRESS", "CREDENTIALS")},
    "LMS_AUTH_ACCESS_SECONDS": "3600",
}
"""The crowd comes from one address, and keeps its tokens to the end."""


@dataclass(slots=True)
class School:
    """What was asked of the platform, and where to look for what became of it."""

    platform: RunningPlatform
    stores: Stores
    api: Api
    stage: Stage
    learners: list[Person]
    free: str
    paid: str
    price_id: str
    registrations: list[Ask] = field(default_factory=list)
    enrollments: list[Ask] = field(default_factory=list)

    @classmethod
    async def open(cls, platform: RunningPlatform, stores: Stores, api: Api, *, learners: int) -> School:
        """Two published courses, and learners who are signed in and can pay."""
        stage = Stage(api, platform.operate, lambda _: None)
        free, paid = await course(stage, price=None), await course(stage, price=EUR_49)
        people = await each(_learner(api, i) for i in range(learners))
        known = {p.email for p in people}
        await until(
            lambda: known <= set(stores.column("notification", "SELECT recipient FROM sandbox_delivery")),
            "known everywhere",
            120,
        )
        return cls(platform, stores, api, stage, people, free["id"], paid["id"], paid["price_id"])

    def asks(self, registrations: int) -> list[Ask]:
        """That many registrations, and each learner's enrollment in both courses, in an order that is random."""
        self.registrations += [
            Ask.of(
                self.api,
                "/api/v1/auth/register",
                {"email": (email := f"new.{n}@example.org"), "password": PASSWORD, "display_name": f"Newcomer {n}"},
                email,
            )
            for n in range(registrations)
        ]
        self.enrollments += [
            Ask.of(person.api, f"/api/v1/courses/{id}/enrollments", {"price_id": price_id}, person.id)
            for person in self.learners
            for id, price_id in ((self.free, None), (self.paid, self.price_id))
        ]
        asks = [*self.registrations, *self.enrollments]
        random.Random(20).shuffle(asks)
        return asks

    def done_before(self, asks: list[Ask]) -> int:
        """How many of these the databases know as done, by their keys."""
        keys = {
            key
            for service in ("auth", "course")
            for key in self.stores.column(service, "SELECT key FROM lms_idempotency")
        }
        return sum(ask.key.replace("-", "") in keys for ask in asks)

    async def settle(self) -> None:
        """Ask again what was not answered, and then some of what was: the answers are the same."""
        asks = [*self.registrations, *self.enrollments]
        await settle(asks)
        assert {a.answer.status for a in asks if a.answer} == {201, 202}, Counter(a.outcome for a in asks)
        again = [*self.registrations[:10], *self.enrollments[:30]]
        before = [ask.answer for ask in again]
        await each(ask.send() for ask in again)
        for ask, first in zip(again, before, strict=True):
            assert ask.answer is not None
            assert first is not None
            assert (ask.answer.status, _what(ask)) == (first.status, _of(first.body)), ask.answer

    async def check(self, seconds: float) -> float:
        """Everything that follows from what was accepted is there, once. How long it took to be."""
        took = await until(self._missing, "as accepted", seconds)
        await until(self.stores.waiting, "at rest", seconds)
        assert self.stores.given_up() == {}
        self._check_stores()
        await each(self._check_newcomer(ask) for ask in self.registrations)
        await each(self._check_learner(person) for person in self.learners)
        return took

    def _missing(self) -> dict[str, int]:
        """What is not there yet, by kind; how many."""
        look = self.stores.number
        people = 2 + len(self.learners) + len(self.registrations)  # and an administrator, and an instructor
        each_course = len(self.learners)
        wanted = {
            "profiles": (look("user", "count(*) FROM profile"), people),
            "letters": (
                look("notification", "count(*) FROM message WHERE channel='email' AND status='sent'"),
                people + 4 * each_course,
            ),
            "mails": (
                look("notification", "count(*) FROM sandbox_delivery WHERE channel='email'"),
                people + 4 * each_course,
            ),
            "active": (look("course", "count(*) FROM enrollment WHERE status='active'"), 2 * each_course),
            "tracked": (look("progress", "count(*) FROM tracking WHERE status='active'"), 2 * each_course),
            "invoices": (look("billing", "count(*) FROM invoice"), each_course),
        }
        return {name: want - have for name, (have, want) in wanted.items() if have != want}

    def _check_stores(self) -> None:
        """Nothing twice, and nothing that nobody asked for."""
        stores, learners = self.stores, len(self.learners)
        [places] = stores.rows("course", "SELECT min(places_taken), max(places_taken), count(*) FROM course")
        assert places == (str(learners), str(learners), "2")
        enrolled = stores.column("course", "SELECT id FROM enrollment")
        assert len(set(enrolled)) == len(enrolled) == 2 * learners
        assert {_plain(a) for a in self.enrollments} == set(enrolled)
        assert sorted(stores.column("progress", "SELECT enrollment_id FROM tracking")) == sorted(enrolled)
        due = sorted(_plain(a) for a in self.enrollments if self.paid in a.path)
        assert sorted(stores.column("billing", "SELECT enrollment_id FROM invoice")) == due
        assert sorted(stores.column("billing", "SELECT enrollment_id FROM payment")) == due
        assert len(stores.column("billing", "SELECT key FROM sandbox_charge WHERE outcome = 'charged'")) == learners
        numbers = sorted(stores.column("billing", "SELECT number FROM invoice"))
        year = numbers[0].partition("-")[0]
        assert numbers == [f"{year}-{n:06}" for n in range(1, learners + 1)]
        for service, type_, count in (
            ("auth", "lms.auth.UserCreated.v1", 2 + learners + len(self.registrations)),
            ("auth", "lms.auth.RegistrationRepeated.v1", 0),
            ("course", "lms.course.UserEnrolled.v1", 2 * learners),
            ("course", "lms.course.EnrollmentActivated.v1", learners),
            ("billing", "lms.billing.PaymentSucceeded.v1", learners),
            ("billing", "lms.billing.PaymentFailed.v1", 0),
            ("billing", "lms.billing.InvoiceIssued.v1", learners),
        ):
            assert stores.number(service, f"count(*) FROM lms_outbox WHERE type = '{type_}'") == count, type_
        sent = stores.rows("notification", "SELECT recipient_id, kind FROM message WHERE channel = 'email'")
        letters = Counter(kind for _, kind in sent)
        assert letters == _total(learners, 2 + learners + len(self.registrations))
        assert len(set(sent)) == len(sent), "nobody gets a letter of a kind twice"

    async def _check_newcomer(self, ask: Ask) -> None:
        """They can sign in, they have their profile, and one mail: the welcome."""
        person = Person(ask.about, PASSWORD, ask.body["display_name"], self.api)
        await sign_in(person)
        me = await person.api.call("GET", "/api/v1/users/me")
        assert me.body["display_name"] == person.name
        box = await self._mailbox(person.email)
        assert len(box) == 1
        assert "elcome" in box[0]

    async def _check_learner(self, person: Person) -> None:
        """Two open courses, progress in both, one invoice, five different mails."""
        got = (await person.api.call("GET", "/api/v1/enrollments?learner=me")).body["items"]
        assert sorted(e["course_id"] for e in got) == sorted((self.free, self.paid))
        assert {e["status"] for e in got} == {"active"}
        for id in (self.free, self.paid):
            progress = await person.api.call("GET", f"/api/v1/progress/courses/{id}")
            assert (progress.body["status"], progress.body["percent"]) == ("active", 0)
        [invoice] = (await person.api.call("GET", "/api/v1/billing/invoices")).body["items"]
        [place] = [e["id"] for e in got if e["course_id"] == self.paid]
        assert (invoice["enrollment_id"], invoice["amount"]) == (place, 4900)
        box = await self._mailbox(person.email)
        assert len(box) == len(set(box)) == 5

    async def _mailbox(self, address: str) -> list[str]:
        box = await self.api.call("GET", f"/dev/mailbox?recipient={address}&channel=email&limit=50")
        return [mail["subject"] for mail in box.body["items"]]


def _total(learners: int, people: int) -> Counter[str]:
    kinds = ("enrolled", "payment-awaited", "content-open", "receipt")
    return Counter({"welcome": people, **dict.fromkeys(kinds, learners)})


def _of(body: object) -> object:
    return body.get("id", body) if isinstance(body, dict) else body


def _what(ask: Ask) -> object:
    return _of(ask.answer.body) if ask.answer is not None else None


def _plain(ask: Ask) -> str:
    return str(_what(ask)).replace("-", "")


async def _learner(api: Api, number: int) -> Person:
    person = Person(f"learner.{number}@example.org", PASSWORD, f"Learner {number}", api)
    body = {"email": person.email, "password": PASSWORD, "display_name": person.name}
    await api.post("/api/v1/auth/register", body)
    await sign_in(person)
    person.id = (await person.api.until("/api/v1/users/me", lambda _: True, "the profile")).body["id"]
    await person.api.post("/api/v1/billing/payment-methods", {"token": "pm_ok"})
    return person
