"""All services: the only module that imports them, and only when asked."""

from __future__ import annotations

import importlib

from lms_adapters.platform.compose import VERSION
from lms_adapters.platform.registry import Plugin, discover
from lms_adapters.platform.service import Service

BUILT_IN = {
    "auth": "services.auth.service",
    "user": "services.user.service",
    "course": "services.course.service",
    "progress": "services.progress.service",
    "analytics": "services.analytics.service",
    "billing": "services.billing.service",
    "notification": "services.notification.service",
    "gateway": "services.gateway.service",
}


class UnknownService(ValueError):
    """No service of that name; the message lists those there are."""


def plugins() -> list[Plugin]:
    """Our services and third parties', with what became of each."""
    return discover([_built_in(name) for name in BUILT_IN], VERSION)


def _built_in(name: str) -> Service:
    service = importlib.import_module(BUILT_IN[name]).SERVICE
    assert isinstance(service, Service)
    return service


def services(only: tuple[str, ...] = ()) -> list[Service]:
    """The usable services, or those named in `only`. Raises UnknownService."""
    if len(only) == 1 and only[0] in BUILT_IN:  # one service imports nothing of the others
        return [_built_in(only[0])]
    usable = {p.name: p.service for p in plugins() if p.service is not None}
    unknown = [name for name in only if name not in usable]
    if unknown:
        raise UnknownService(f"no service named {', '.join(unknown)}; there are {', '.join(usable)}")
    return [service for name, service in usable.items() if not only or name in only]
