"""Which adapter stands behind which port."""

from __future__ import annotations

from dishka import Provider, Scope

from lms_adapters.platform.registry import by_url, third_party
from lms_adapters.web.pages import Pages
from lms_core.domain.time import to_ms
from services.notification.adapters.http.delivery import ASSETS
from services.notification.adapters.jinja.templates import JinjaTemplates
from services.notification.adapters.memory.delivery import NoPusher, NoTexter
from services.notification.adapters.sandbox.delivery import (
    SandboxMailbox,
    SandboxMailer,
    SandboxPusher,
    SandboxStore,
    SandboxTexter,
)
from services.notification.adapters.sandbox.erasure import SandboxCopies
from services.notification.adapters.sql.delivery import SqlParcels
from services.notification.adapters.sql.devices import SqlDevices
from services.notification.adapters.sql.messages import SqlCourses, SqlInbox, SqlMessages
from services.notification.adapters.sql.recipients import SqlRecipients
from services.notification.domain.delivery import Carried
from services.notification.domain.messages import PUSH, SMS, Channel
from services.notification.domain.realtime import Places
from services.notification.ports.delivery import Mailbox, Mailer, Parcels, Pusher, Texter
from services.notification.ports.devices import Devices
from services.notification.ports.erasure import Copies
from services.notification.ports.messages import Courses, Inbox, Messages
from services.notification.ports.recipients import Recipients
from services.notification.ports.templates import Templates
from services.notification.settings import NotificationSettings
from services.notification.usecases import delivery, devices, erasure, messages, realtime, recipients


def open_mailer(settings: NotificationSettings, store: SandboxStore) -> Mailer:
    """By the scheme of `mail_url`. Raises UnknownScheme."""
    match by_url("mail", settings.mail_url, ("sandbox",)):
        case "sandbox":
            return SandboxMailer(store)
        case other:
            mailer: Mailer = third_party("mail", other)(settings.mail_url)
            return mailer


def open_texter(settings: NotificationSettings, store: SandboxStore) -> Texter:
    """By the scheme of `sms_url`. Raises UnknownScheme."""
    if not settings.sms_url:
        return NoTexter()
    match by_url("sms", settings.sms_url, ("sandbox",)):
        case "sandbox":
            return SandboxTexter(store)
        case other:
            texter: Texter = third_party("sms", other)(settings.sms_url)
            return texter


def open_pusher(settings: NotificationSettings, store: SandboxStore) -> Pusher:
    """By the scheme of `push_url`. Raises UnknownScheme."""
    if not settings.push_url:
        return NoPusher()
    match by_url("push", settings.push_url, ("sandbox",)):
        case "sandbox":
            return SandboxPusher(store)
        case other:
            pusher: Pusher = third_party("push", other)(settings.push_url)
            return pusher


def carried(settings: NotificationSettings) -> Carried:
    """Those with a URL."""
    urls: dict[Channel, str] = {SMS: settings.sms_url, PUSH: settings.push_url}
    return Carried(frozenset(channel for channel, url in urls.items() if url))


def templates(settings: NotificationSettings) -> Templates:
    """Links lead to where people reach the platform."""
    return JinjaTemplates(settings.public_url)


def places(settings: NotificationSettings) -> Places:
    """Counted in this process: each instance has its own."""
    return Places(settings.streams_per_person)


def pages(settings: NotificationSettings) -> Pages:
    """The sandbox's pages, with a stylesheet of their own."""
    dev = settings.profile == "dev"
    return Pages("services.notification", dev=dev, assets=ASSETS, filters={"ms": to_ms})


def wiring() -> Provider:
    """The provider of notification's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlRecipients, provides=Recipients)
    provider.provide(SqlMessages, provides=Messages)
    provider.provide(SqlCourses, provides=Courses)
    provider.provide(SqlInbox, provides=Inbox, scope=Scope.APP)
    provider.provide(SqlParcels, provides=Parcels, scope=Scope.APP)
    for factory in (SandboxStore, open_mailer, open_texter, open_pusher, carried, templates, places, pages):
        provider.provide(factory, scope=Scope.APP)
    provider.provide(SqlDevices, provides=Devices)
    provider.provide(SandboxCopies, provides=Copies)
    provider.provide(SandboxMailbox, provides=Mailbox, scope=Scope.APP)
    provider.provide_all(*recipients.USE_CASES, *devices.USE_CASES, *messages.USE_CASES, *delivery.USE_CASES)
    provider.provide_all(*erasure.USE_CASES)
    provider.provide_all(*realtime.USE_CASES, scope=Scope.APP)
    provider.provide_all(*messages.STEPS, *delivery.STEPS)
    return provider
