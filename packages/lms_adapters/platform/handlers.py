"""What a handler says of itself: its dependencies and the permission it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_type_hints

from dishka.integrations.base import default_parse_dependency
from litestar import Controller
from litestar.handlers import HTTPRouteHandler

from lms_adapters.web.auth import Requires, anyone


class BadPlugin(TypeError):
    """A manifest or a handler that breaks a house rule; the message names it."""


def handlers(controller: type[Controller]) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """A controller's handlers by name, its base's first."""
    for kind in reversed(controller.__mro__):
        for name, member in vars(kind).items():
            if isinstance(member, HTTPRouteHandler):
                yield name, member


def injected(handler: HTTPRouteHandler) -> list[type[Any]]:
    """What a handler gets from the container."""
    function = getattr(handler.fn, "__dishka_orig_func__", handler.fn)
    hints = get_type_hints(function, include_extras=True)
    found = [default_parse_dependency(None, hint) for hint in hints.values()]  # type: ignore[arg-type]
    return [key.type_hint for key in found if key is not None]


def permission_of(handler: HTTPRouteHandler) -> str | None:
    """The permission a handler states; None when it is open to anyone. Raises BadPlugin when it states nothing."""
    for guard in handler.guards or ():
        if isinstance(guard, Requires):
            return guard.permission
        if guard is anyone:
            return None
    raise BadPlugin(f"{handler.fn.__qualname__} states no guard: requires(…) or anyone")
