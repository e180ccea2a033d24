"""notification on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service, on, project, work
from lms_core.contracts.auth import RegistrationRepeated, UserCreated, UserErased
from lms_core.contracts.billing import InvoiceIssued
from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.notification import MessageDelivered
from lms_core.contracts.progress import CourseCompleted, ProgressUpdated
from lms_core.contracts.user import ProfileUpdated
from services.notification.adapters.http.delivery import MAILBOX, MailboxAssets, MailboxController
from services.notification.adapters.http.devices import DevicesController
from services.notification.adapters.http.messages import MessagesController
from services.notification.adapters.http.realtime import RealtimeController
from services.notification.adapters.sql.base import Row
from services.notification.adapters.sql.messages import TRACED_MESSAGES
from services.notification.settings import NotificationSettings
from services.notification.usecases.delivery import Deliver, DeliverMessage
from services.notification.usecases.erasure import EraseMessages
from services.notification.usecases.messages import (
    AnnounceContent,
    CheerHalfway,
    ConfirmEnrollment,
    Congratulate,
    ExplainSuspension,
    KeepCourse,
    SendReceipt,
)
from services.notification.usecases.recipients import KeepRecipient, WarnOwner, Welcome
from services.notification.wiring import wiring

SERVICE = Service(
    name="notification",
    summary="Tells people what concerns them: by mail, SMS and push and in their inbox, once, in their language.",
    routes=("/notifications", "/devices"),
    controllers=(MessagesController, DevicesController, RealtimeController),
    root_controllers=(MailboxController, MailboxAssets),
    roots=(MAILBOX,),
    publishes=(MessageDelivered,),
    subscribes=(
        project(
            (UserCreated, ProfileUpdated, UserErased),
            KeepRecipient,
            name="notification.recipients",
            tables=("recipient",),
        ),
        project((CoursePublished, UserEnrolled), KeepCourse, name="notification.courses", tables=("course",)),
        on(UserErased, EraseMessages, name="notification.erase-messages"),
        on(UserCreated, Welcome, name="notification.welcome"),
        on(RegistrationRepeated, WarnOwner, name="notification.registration-repeated"),
        on(UserEnrolled, ConfirmEnrollment, name="notification.enrolled"),
        on(EnrollmentActivated, AnnounceContent, name="notification.content-open"),
        on(EnrollmentSuspended, ExplainSuspension, name="notification.suspended"),
        on(EnrollmentCancelled, ExplainSuspension, name="notification.cancelled"),
        on(InvoiceIssued, SendReceipt, name="notification.receipt"),
        on(ProgressUpdated, CheerHalfway, name="notification.halfway"),
        on(CourseCompleted, Congratulate, name="notification.completed"),
    ),
    jobs=(work(Deliver, DeliverMessage),),
    wiring=wiring,
    settings=NotificationSettings,
    tables=Row.metadata,
    traced=(TRACED_MESSAGES,),
)
