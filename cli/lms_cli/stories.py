"""The three flows of the platform, told over HTTP. The demo prints them; the flow tests run them in every topology."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

import msgspec

from lms_cli.api import Answer, Api, Person, StoryBroke, eventually, newcomer, sign_in
from lms_cli.operations import Row
from lms_core.domain.traces import Step, Story, tell

Operate = Callable[..., AsyncIterator[Row]]
"""`operate(name, only, **arguments)`: an operation on (some services of) the platform that the story is told on."""
EUR_49 = {"amount": 4900, "currency": "EUR"}


@dataclass(slots=True)
class Stage:
    """Where the stories play."""

    api: Api
    operate: Operate
    say: Callable[[str], None]
    admin: Person | None = None
    instructor: Person | None = None

    async def cast(self) -> tuple[Person, Person]:
        """An administrator, made by the operator, and an instructor, made by the administrator."""
        if self.admin is None or self.instructor is None:
            email = f"admin.{uuid4().hex[:8]}@example.org"
            [made] = [row async for row in self.operate("admin.create", ("auth",), email=email, name="Head of School")]
            self.admin = Person(email, token_urlsafe(15), "Head of School", self.api, made["user_id"])
            chosen = {"token": made["token"], "password": self.admin.password}
            await self.api.post("/api/v1/auth/credentials", chosen)
            await sign_in(self.admin)
            self.instructor, _ = await newcomer(self.api, "Grace Hopper")
            await self.admin.api.post(f"/api/v1/auth/users/{self.instructor.id}/roles", {"role": "instructor"})
            await sign_in(self.instructor)
        return self.admin, self.instructor

    async def mails(self, to: str, kind: str) -> list[dict[str, Any]]:
        """What the sandbox mailbox holds for an address."""
        box = await self.api.call("GET", f"/dev/mailbox?recipient={to}&channel=email")
        return [mail for mail in box.body["items"] if kind in mail["idempotency_key"] or kind in mail["subject"]]

    async def mail(self, to: str, subject: str) -> dict[str, Any]:
        """The mail whose subject holds this, as soon as it is there."""

        async def look() -> dict[str, Any] | None:
            found = await self.mails(to, subject)
            return found[0] if found else None

        return await eventually(look, f"a mail about {subject!r} to {to}")

    async def trace(self, trace_id: str, *types: str) -> list[Row]:
        """The events of a trace, as soon as all of these types are among them."""

        async def look() -> list[Row] | None:
            rows = [row async for row in self.operate("events.log", (), trace_id=trace_id)]
            seen = {row["type"] for row in rows}
            return sorted(rows, key=lambda r: (r["at"], r["id"])) if seen >= set(types) else None

        return await eventually(look, f"the events {', '.join(types)} of trace {trace_id}")

    async def story(self, trace_id: str, *lines: str) -> Story:
        """What the gateway tells of a trace, as soon as all of these lines are in it."""

        def told(body: Any) -> bool:
            return set(lines) <= {line for _, line in _lines(msgspec.convert(body, Story))}

        answer = await self.api.until(f"/traces/{trace_id}", told, f"the story of trace {trace_id}")
        return msgspec.convert(answer.body, Story)


def _lines(story: Story) -> list[tuple[int, str]]:
    """Each step as `kind name`, with its depth."""
    return [(depth, f"{step.kind} {step.title}") for depth, step in story.walk()]


def must(condition: object, what: str) -> None:
    """Raises StoryBroke unless it holds."""
    if not condition:
        raise StoryBroke(what)


async def registration(stage: Stage) -> Person:
    """Somebody registers, gets a profile and a welcome, and can sign in."""
    person, registered = await newcomer(stage.api, "Ada Lovelace")
    must(registered.status == 202, "registering answers 202")
    stage.say(f"{person.name} registered: 202, trace {registered.trace_id}")
    me = await person.api.call("GET", "/api/v1/users/me")
    must(me.body["display_name"] == person.name, "the profile has the name")
    stage.say(f"signed in; the profile is there: {me.body['display_name']}")
    mail = await stage.mail(person.email, "elcome")
    must(mail["headers"].get("X-Trace-Id") == registered.trace_id, "the mail carries the trace of the registration")
    stage.say(f"mail “{mail['subject']}” to {mail['recipient']}, trace {mail['headers']['X-Trace-Id']}")
    again = await stage.api.post(
        "/api/v1/auth/register", {"email": person.email, "password": "some other password", "display_name": "Eve"}
    )
    must((again.status, again.body) == (registered.status, registered.body), "a known address gets the same answer")
    for row in await stage.trace(
        registered.trace_id, "lms.auth.UserCreated.v1", "lms.notification.MessageDelivered.v1"
    ):
        stage.say(f"event {row['type']}  trace {row['trace_id']}")
    return person


async def course(stage: Stage, *, price: dict[str, Any] | None) -> dict[str, Any]:
    """The instructor writes a course of three topics and publishes it, with a price if there is one."""
    _, instructor = await stage.cast()
    api = instructor.api
    made = await api.post("/api/v1/courses", {"title": "Compilers by hand", "summary": "From text to machine code."})
    path = f"/api/v1/courses/{made.body['id']}"
    outline = await api.call("GET", f"{path}/outline")
    topics = [
        {"title": title, "required": required, "blocks": [{"kind": "text", "markdown": f"# {title}\n\n{words}"}]}
        for title, required, words in (
            ("Words", True, "A scanner turns characters into words."),
            ("Sentences", True, "A parser turns words into a tree."),
            ("For the curious", False, "What the first compiler's author carried in her handbag."),
        )
    ]
    modules = [{"title": "Reading", "lessons": [{"title": "First steps", "topics": topics}]}]
    await api.call("PUT", f"{path}/outline", {"modules": modules}, if_match=outline.headers["etag"])
    if price is not None:

        async def set_price() -> Answer | None:
            answer = await api.ask(
                "POST",
                "/api/v1/billing/prices",
                {"course_id": made.body["id"], **price},
                idempotency_key=made.body["id"],
            )
            if answer.status == 404:  # billing has not heard of the course yet
                return None
            must(answer.status == 201, f"setting a price answered {answer.status}: {answer.body}")
            return answer

        await eventually(set_price, "billing to know the course")
        await api.until(path, lambda body: body["amount"] == price["amount"], "course to know the price")
    await api.post(f"{path}/publish")
    shown = await api.call("GET", path)
    stage.say(f"{instructor.name} published “{made.body['title']}”" + (" for 49.00 EUR" if price else ", free"))
    return dict(shown.body)


async def enrollment(stage: Stage, learner: Person) -> dict[str, Any]:
    """A paid course: pending, charged, open, with an invoice. Then one whose payment fails, and is made good."""
    paid = await course(stage, price=EUR_49)
    path = f"/api/v1/courses/{paid['id']}"
    await learner.api.post("/api/v1/billing/payment-methods", {"token": "pm_ok"})
    enrolled = await learner.api.post(f"{path}/enrollments", {"price_id": paid["price_id"]})
    trace = enrolled.trace_id
    must(enrolled.body["status"] == "pending", "a place in a paid course begins as pending")
    stage.say(f"{learner.name} enrolled: {enrolled.body['status']}, trace {trace}")
    await _status(learner, enrolled.body["id"], "active")
    invoices = await learner.api.until("/api/v1/billing/invoices", lambda b: b["items"], "the invoice")
    [invoice] = [i for i in invoices.body["items"] if i["enrollment_id"] == enrolled.body["id"]]
    must((invoice["amount"], invoice["currency"]) == (4900, "EUR"), "the invoice has the agreed price")
    must(invoice["trace_id"] == trace, "the invoice carries the trace of the click")
    receipt = await stage.mail(learner.email, invoice["number"])
    must(receipt["headers"].get("X-Trace-Id") == trace, "the receipt carries the trace of the click")
    stage.say(f"paid; invoice {invoice['number']} over 49.00 EUR, trace {invoice['trace_id']}")
    stage.say(f"mail “{receipt['subject']}”, trace {receipt['headers']['X-Trace-Id']}")
    wanted = ("course.UserEnrolled", "billing.PaymentSucceeded", "billing.InvoiceIssued", "course.EnrollmentActivated")
    for row in await stage.trace(trace, *(f"lms.{name}.v1" for name in wanted)):
        stage.say(f"event {row['type']}  trace {row['trace_id']}")
    await _caused(stage, trace, invoice["number"])
    await _declined(stage, paid)
    await _withdrawn(stage, paid)
    return dict(enrolled.body)


async def _caused(stage: Stage, trace: str, invoice: str) -> None:
    """The whole story of the click: what the gateway tells is what the command line tells."""
    way = (
        "request POST /api/v1/courses",
        "event lms.course.UserEnrolled.v1",
        "consumer billing.charge-enrollment",
        "job billing.charge",
        "event lms.billing.InvoiceIssued.v1",
        "consumer notification.receipt",
        "record mail receipt",
    )
    story = await stage.story(trace, *way, f"record invoice {invoice}", "record payment", "record enrollment")
    must(set(enumerate(way)) <= set(_lines(story)), "the mail follows from the click, step by step")
    must((3, "record payment") in _lines(story), "the payment was opened by who took the enrollment")
    must((4, f"record invoice {invoice}") in _lines(story), "the invoice was issued by the charge")
    must(not story.missing, "every service told its part")
    rows = [row async for row in stage.operate("trace", (), trace_id=trace)]
    printed = tell(trace, [msgspec.convert(row, Step) for row in rows])
    must(printed is not None and set(_lines(story)) <= set(_lines(printed)), "the command line tells the same")
    stage.say(f"all of it: {stage.api.url}/traces/{trace}")


async def _declined(stage: Stage, paid: dict[str, Any]) -> None:
    poor, _ = await newcomer(stage.api, "Charles Babbage")
    await poor.api.post("/api/v1/billing/payment-methods", {"token": "pm_declined"})
    enrolled = await poor.api.post(f"/api/v1/courses/{paid['id']}/enrollments", {"price_id": paid["price_id"]})
    await _status(poor, enrolled.body["id"], "suspended")
    closed = await poor.api.call("GET", f"/api/v1/courses/{paid['id']}/content", status=403)
    stage.say(f"{poor.name}'s card was declined: suspended, the content answers 403 {closed.body['type']}")
    told = await poor.api.until(
        "/api/v1/notifications", lambda b: any("suspend" in m["kind"] for m in b["items"]), "the message about it"
    )
    message = next(m for m in told.body["items"] if "suspend" in m["kind"])
    stage.say(f"told why: “{message['title']}”")
    await poor.api.post("/api/v1/billing/payment-methods", {"token": "pm_ok"})
    await _status(poor, enrolled.body["id"], "active")
    invoices = await poor.api.until("/api/v1/billing/invoices", lambda b: b["items"], "the invoice")
    must(len(invoices.body["items"]) == 1, "exactly one invoice")
    stage.say("another card, and the place is open: one invoice, no more")


async def _withdrawn(stage: Stage, paid: dict[str, Any]) -> None:
    """Who gives the place up owes nothing, whatever they add later, and may take another."""
    person, _ = await newcomer(stage.api, "Mary Somerville")
    agreed, places = {"price_id": paid["price_id"]}, f"/api/v1/courses/{paid['id']}/enrollments"
    refused = await person.api.ask("POST", places, {"price_id": None}, idempotency_key=str(uuid4()))
    must(refused.status == 422, "nobody takes a place in a paid course without having agreed to its price")
    enrolled = await person.api.post(places, agreed)
    await _status(person, enrolled.body["id"], "suspended")
    await person.api.call("DELETE", f"/api/v1/enrollments/{enrolled.body['id']}")
    await person.api.until(
        "/api/v1/billing/payments", lambda b: b["items"][0]["status"] == "cancelled", "the payment to be closed"
    )
    await person.api.post("/api/v1/billing/payment-methods", {"token": "pm_ok"})

    async def take_another() -> Answer | None:
        answer = await person.api.ask("POST", places, agreed, idempotency_key=str(uuid4()))
        must(answer.status in (201, 409), f"enrolling again answered {answer.status}: {answer.body}")
        return answer if answer.status == 201 else None  # 409: course has not heard yet that the payment is closed

    again = await eventually(take_another, "course to let go of the place")
    await _status(person, again.body["id"], "active")
    invoices = await person.api.until("/api/v1/billing/invoices", lambda b: b["items"], "the invoice")
    must([i["enrollment_id"] for i in invoices.body["items"]] == [again.body["id"]], "the first place cost nothing")
    stage.say(f"{person.name} gave a place up and took another: one invoice, for the second")


async def _status(person: Person, enrollment_id: str, status: str) -> None:
    await person.api.until(
        "/api/v1/enrollments?learner=me",
        lambda b: any(e["id"] == enrollment_id and e["status"] == status for e in b["items"]),
        f"{person.name}'s enrollment to be {status}",
    )


async def content(stage: Stage, learner: Person, enrolled: dict[str, Any]) -> None:
    """The learner reads, does, completes; the percentage can be explained; the instructor sees the numbers."""
    _, instructor = await stage.cast()
    course_id = enrolled["course_id"]
    page = await learner.api.call("GET", f"/api/v1/courses/{course_id}/content")
    topics = [t for m in page.body["modules"] for lesson in m["lessons"] for t in lesson["topics"]]
    must(topics[0]["blocks"][0]["markdown"].startswith("# Words"), "the content is what the instructor wrote")
    await learner.api.until(
        f"/api/v1/progress/courses/{course_id}", lambda b: b["status"] == "active", "progress to be open"
    )
    await _only_in_the_inbox(stage, learner)
    last = now = page
    for topic in (t for t in topics if t["required"]):
        activity = {
            "activity_id": str(uuid4()),
            "course_id": course_id,
            "topic_id": topic["id"],
            "kind": "completed",
            "seconds": 120,
            "position": 40,
            "occurred_at": datetime.now(UTC).isoformat(),
        }
        last = await learner.api.call("POST", "/api/v1/progress/activities", {"activities": [activity]})
        twice = await learner.api.call("POST", "/api/v1/progress/activities", {"activities": [activity]})
        must(twice.body["activities"][0]["outcome"] == "duplicate", "the same activity counts once")
        now = await learner.api.call("GET", f"/api/v1/progress/courses/{course_id}")
        stage.say(f"did “{topic['title']}”: {now.body['percent']} %")
    must(now.body["percent"] == 100, "everything required is done")
    proof = await learner.api.call("GET", f"/api/v1/progress/courses/{course_id}/proof")
    must(proof.body["agrees"] and len(proof.body["events"]) == 2, "the proof names two events and agrees")
    stage.say(f"proof: {proof.body['arithmetic']}, rule {proof.body['rule_version']}")
    metrics = await instructor.api.until(
        f"/api/v1/analytics/courses/{course_id}", lambda b: b["completed"] >= 1, "analytics to count the completion"
    )
    stage.say(f"{instructor.name} sees {metrics.body['completed']} completed of {metrics.body['enrolled']} enrolled")
    told = await learner.api.until(
        "/api/v1/notifications", lambda b: any("complet" in m["kind"] for m in b["items"]), "the congratulation"
    )
    message = next(m for m in told.body["items"] if "complet" in m["kind"])
    await learner.api.call("POST", f"/api/v1/notifications/{message['id']}/read", status=204)
    wanted = ("progress.ActivityRecorded", "progress.ProgressUpdated", "progress.CourseCompleted")
    for row in await stage.trace(last.trace_id, *(f"lms.{name}.v1" for name in wanted)):
        stage.say(f"event {row['type']}  trace {row['trace_id']}")
    story = await stage.story(last.trace_id, "record message completed")
    must((await stage.mails(learner.email, message["title"])) == [], "what is not wanted by mail does not come by mail")
    must("record mail completed" not in {line for _, line in _lines(story)}, "no such mail was made")
    stage.say(f"congratulated, in the inbox alone: “{message['title']}”")


async def _only_in_the_inbox(stage: Stage, learner: Person) -> None:
    """The learner wants no mails about progress; the platform has heard of it before they go on."""
    path = "/api/v1/users/me/preferences"
    now = await learner.api.call("GET", path)
    channels = {"email": False, "push": False, "sms": False}
    wishes = {**now.body["notifications"], "topics": {**now.body["notifications"]["topics"], "progress": channels}}
    chosen = await learner.api.call("PUT", path, {**now.body, "notifications": wishes}, if_match=now.headers["etag"])
    await stage.story(chosen.trace_id, "consumer notification.recipients")
    stage.say(f"{learner.name} wants no mails about progress")


async def all_stories(stage: Stage, title: Callable[[str], None]) -> None:
    """One after the other, with the same people. Raises StoryBroke."""
    title("Registration")
    learner = await registration(stage)
    title("Enrollment")
    enrolled = await enrollment(stage, learner)
    title("Content")
    await content(stage, learner, enrolled)
