"""Telling people what happened, and their inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.billing import InvoiceIssued
from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.progress import CourseCompleted, ProgressUpdated
from lms_core.domain.errors import NotFound, NotYet
from lms_core.domain.selection import Selection
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.notification.domain.delivery import Carried
from services.notification.domain.messages import (
    CHANNELS,
    IN_APP,
    TOPICS,
    Course,
    Facts,
    Kind,
    Message,
    channels,
    halfway,
)
from services.notification.ports.devices import Devices
from services.notification.ports.messages import Courses, Inbox, Messages
from services.notification.ports.recipients import Recipients
from services.notification.ports.templates import Templates
from services.notification.usecases.delivery import Deliver


@dataclass(frozen=True, slots=True)
class Tell:
    """Make the messages about something that happened; inside the unit of work.

    One for each channel of its kind on which the recipient is reached. What was told once is not told again.
    """

    raises: ClassVar = (NotYet,)

    recipients: Recipients
    devices: Devices
    messages: Messages
    templates: Templates
    carried: Carried
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, kind: Kind, recipient_id: UUID, *, once: str, facts: Facts | None = None) -> None:
        """Raises NotYet when it is not known who the recipient is. One who was erased is told nothing."""
        recipient = await self.recipients.find(recipient_id)
        if await self.recipients.erased(recipient_id) or await self.messages.told(once):
            return
        if recipient is None or recipient.email is None:
            raise NotYet("the recipient's account has not arrived yet")
        facts = facts or {}
        wanted = recipient.wants(TOPICS[kind])
        on_devices = self.carried.channels.intersection(CHANNELS[kind], wanted)
        reached = on_devices and on_devices & await self.devices.channels(recipient.id)
        for channel in channels(kind, wanted=wanted, reached=reached):
            message = Message(
                id=self.ids.new(),
                recipient_id=recipient.id,
                kind=kind,
                channel=channel,
                once=once,
                facts=facts,
                created_at=self.clock.now(),
            )
            if channel == IN_APP:
                words = self.templates.render(kind, recipient.locale, name=recipient.display_name, facts=facts)
                message.word(title=words.subject, body=words.notice, version=words.version)
                message.position = await self.messages.next_position(recipient.id)
            await self.messages.add(message)
            self.uow.enqueue(Deliver(message_id=message.id), key=str(message.id))


@dataclass(frozen=True, slots=True)
class KeepCourse:
    """Keep a copy of what a course is called. Its versions may arrive in any order."""

    raises: ClassVar = ()

    courses: Courses

    async def __call__(self, event: CoursePublished | UserEnrolled) -> None:
        if isinstance(event, CoursePublished):
            title, version = event.title, event.version
        else:
            title, version = event.course_title, event.course_version
        known = await self.courses.find(event.course_id, lock=True)
        course = known or Course(id=event.course_id, title=title, title_version=version)
        course.titled(title, version)
        await self.courses.put(course)


@dataclass(frozen=True, slots=True)
class TellOfCourse:
    """Tell about an enrollment by the title of its course; inside the unit of work."""

    raises: ClassVar = (NotYet,)

    courses: Courses
    tell: Tell

    async def __call__(
        self, kind: Kind, event: EnrollmentActivated | ProgressUpdated | CourseCompleted, *, once: str, **more: int
    ) -> None:
        """Raises NotYet when the course or the recipient is not known."""
        course = await self.courses.find(event.course_id)
        if course is None:
            raise NotYet("the course has not arrived yet")
        facts = _about(course.title, event.course_id, event.enrollment_id, **more)
        await self.tell(kind, event.learner_id, once=once, facts=facts)


def _about(course: str, course_id: UUID, enrollment_id: UUID, **more: str | int) -> Facts:
    return {"course_id": str(course_id), "enrollment_id": str(enrollment_id), "course": course, **more}


@dataclass(frozen=True, slots=True)
class ConfirmEnrollment:
    """A learner has a place: confirm it, or say that the payment is awaited."""

    raises: ClassVar = (NotYet,)

    tell: Tell
    uow: UnitOfWork

    async def __call__(self, event: UserEnrolled) -> None:
        facts = _about(event.course_title, event.course_id, event.enrollment_id)
        kind: Kind = "enrolled"
        if event.status == "pending":
            kind = "payment-awaited"
            facts |= {"amount": event.amount, "currency": event.currency}
        async with self.uow:
            await self.tell(kind, event.learner_id, once=f"enrolled/{event.enrollment_id}", facts=facts)


@dataclass(frozen=True, slots=True)
class AnnounceContent:
    """A place was paid for: say that the content is open."""

    raises: ClassVar = (NotYet,)

    tell: TellOfCourse
    uow: UnitOfWork

    async def __call__(self, event: EnrollmentActivated) -> None:
        once = f"content-open/{event.enrollment_id}/{to_ms(event.activated_at)}"
        async with self.uow:
            await self.tell("content-open", event, once=once)


@dataclass(frozen=True, slots=True)
class ExplainSuspension:
    """A place is suspended, or was given up: say why, and what can be done. Each time is told."""

    raises: ClassVar = (NotYet,)

    tell: Tell
    uow: UnitOfWork

    async def __call__(self, event: EnrollmentSuspended | EnrollmentCancelled) -> None:
        facts = _about(event.course_title, event.course_id, event.enrollment_id, reason=event.reason)
        kind: Kind = "suspended" if isinstance(event, EnrollmentSuspended) else "cancelled"
        at = event.suspended_at if isinstance(event, EnrollmentSuspended) else event.cancelled_at
        async with self.uow:
            await self.tell(kind, event.learner_id, once=f"{kind}/{event.enrollment_id}/{to_ms(at)}", facts=facts)


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """An invoice was issued: send the receipt."""

    raises: ClassVar = (NotYet,)

    tell: Tell
    uow: UnitOfWork

    async def __call__(self, event: InvoiceIssued) -> None:
        invoice = {"invoice_id": str(event.invoice_id), "number": event.number}
        facts = _about(event.course_title, event.course_id, event.enrollment_id, **invoice)
        facts |= {"amount": event.amount, "currency": event.currency}
        async with self.uow:
            await self.tell("receipt", event.learner_id, once=f"receipt/{event.invoice_id}", facts=facts)


@dataclass(frozen=True, slots=True)
class CheerHalfway:
    """A learner's progress passed the middle: cheer, once for each enrollment."""

    raises: ClassVar = (NotYet,)

    tell: TellOfCourse
    uow: UnitOfWork

    async def __call__(self, event: ProgressUpdated) -> None:
        if not halfway(event.percent):
            return
        async with self.uow:
            await self.tell(
                "halfway",
                event,
                once=f"halfway/{event.enrollment_id}",
                percent=event.percent,
                completed=event.completed_topics,
                required=event.required_topics,
            )


@dataclass(frozen=True, slots=True)
class Congratulate:
    """A learner completed a course: congratulate them."""

    raises: ClassVar = (NotYet,)

    tell: TellOfCourse
    uow: UnitOfWork

    async def __call__(self, event: CourseCompleted) -> None:
        async with self.uow:
            await self.tell("completed", event, once=f"completed/{event.enrollment_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """Some of an inbox; one more message than the page holds when others follow."""

    messages: Sequence[Message]
    unread: int


@dataclass(frozen=True, slots=True)
class ListMessages:
    """Your inbox, the newest message first.

    `unread` counts the whole inbox, not the page; `read_at.null=true` lists what is unread. `kind` and `facts` say what
    a message is about, for links and icons; `title` and `body` are ready to be shown, in your language at the time.
    """

    raises: ClassVar = ()

    inbox: Inbox

    async def __call__(self, me: Principal, wanted: Selection) -> InboxPage:
        messages = await self.inbox.some(me.id, wanted)
        return InboxPage(messages=messages, unread=await self.inbox.unread(me.id))


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """Mark a message of your inbox as read.

    Reading it again changes nothing.
    """

    raises: ClassVar = (NotFound,)

    messages: Messages
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, me: Principal, message_id: UUID) -> None:
        async with self.uow:
            message = await self.messages.get(message_id)
            if message.recipient_id != me.id or message.channel != IN_APP:
                raise NotFound
            message.read(self.clock.now())
            await self.messages.update(message)


USE_CASES = (
    KeepCourse,
    ConfirmEnrollment,
    AnnounceContent,
    ExplainSuspension,
    SendReceipt,
    CheerHalfway,
    Congratulate,
    ListMessages,
    ReadMessage,
)
STEPS = (Tell, TellOfCourse)
