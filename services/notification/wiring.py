"""Which adapter stands behind which port."""

from __future__ import annotations

from dishka import Provider, Scope

from lms_adapters.platform.registry import by_url
from lms_adapters.sql.engine import Database
from lms_adapters.web.pages import Pages
from lms_core.ports.clock import Clock
from services.notification.adapters.http.delivery import ASSETS
from services.notification.adapters.jinja.templates import JinjaTemplates
from services.notification.adapters.sandbox.delivery import SandboxMailbox, SandboxMailer
from services.notification.adapters.sql.delivery import SqlParcels
from services.notification.adapters.sql.messages import SqlCourses, SqlInbox, SqlMessages
from services.notification.adapters.sql.recipients import SqlRecipients
from services.notification.domain.realtime import Places
from services.notification.ports.delivery import Mailbox, Mailer, Parcels
from services.notification.ports.messages import Courses, Inbox, Messages
from services.notification.ports.recipients import Recipients
from services.notification.ports.templates import Templates
from services.notification.settings import NotificationSettings
from services.notification.usecases import delivery, messages, realtime, recipients


def open_mailer(settings: NotificationSettings, database: Database, clock: Clock) -> Mailer:
    """By the scheme of `mail_url`. Raises UnknownScheme."""
    by_url("mail", settings.mail_url, ("sandbox",))
    return SandboxMailer(database, clock)


def templates(settings: NotificationSettings) -> Templates:
    """Links lead to where people reach the platform."""
    return JinjaTemplates(settings.public_url)


def places(settings: NotificationSettings) -> Places:
    """Counted in this process: each instance has its own."""
    return Places(settings.streams_per_person)


def pages(settings: NotificationSettings) -> Pages:
    """The sandbox's pages, with a stylesheet of their own."""
    return Pages("services.notification", dev=settings.profile == "dev", assets=ASSETS)


def wiring() -> Provider:
    """The provider of notification's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlRecipients, provides=Recipients)
    provider.provide(SqlMessages, provides=Messages)
    provider.provide(SqlCourses, provides=Courses)
    provider.provide(SqlInbox, provides=Inbox, scope=Scope.APP)
    provider.provide(SqlParcels, provides=Parcels, scope=Scope.APP)
    provider.provide(open_mailer, scope=Scope.APP)
    provider.provide(SandboxMailbox, provides=Mailbox, scope=Scope.APP)
    provider.provide(pages, scope=Scope.APP)
    provider.provide(places, scope=Scope.APP)
    provider.provide(templates, scope=Scope.APP)
    provider.provide_all(*recipients.USE_CASES, *messages.USE_CASES, *delivery.USE_CASES)
    provider.provide_all(*realtime.USE_CASES, scope=Scope.APP)
    return provider
