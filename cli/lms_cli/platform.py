"""All services: the only module that imports them, and only when asked."""

from __future__ import annotations

import importlib

from lms_adapters.platform.compose import VERSION
from lms_adapters.platform.registry import Plugin, discover
from lms_adapters.platform.service import Service

BUILT_IN = ("auth", "user", "course", "progress", "analytics", "billing", "notification", "gateway")


class UnknownService(ValueError):
    """No service of that name; the message lists those there are."""


def plugins() -> list[Plugin]:
    """Our services and third parties', with what became of each."""
    ours: list[Service] = [importlib.import_module(f"services.{name}.service").SERVICE for name in BUILT_IN]
    return discover(ours, VERSION)


def services(only: tuple[str, ...] = ()) -> list[Service]:
    """The usable services, or those named in `only`. Raises UnknownService."""
    if len(only) == 1 and only[0] in BUILT_IN:  # one service imports nothing of the others
        return [importlib.import_module(f"services.{only[0]}.service").SERVICE]
    usable = {p.name: p.service for p in plugins() if p.service is not None}
    unknown = [name for name in only if name not in usable]
    if unknown:
        raise UnknownService(f"no service named {', '.join(unknown)}; there are {', '.join(usable)}")
    return [service for name, service in usable.items() if not only or name in only]
