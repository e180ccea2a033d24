"""Which service a path belongs to, and which paths are none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms_core.domain.errors import Invalid, Unavailable

API = "/api/v1"
_OWN = frozenset(
    {
        "api",
        "internal",
        "health",
        "metrics",
        "openapi.json",
        "asyncapi.json",
        "assets",
        "docs",
        "traces",
        "live",
        "pulse",
    }
)
"""First segments that are no service's: the gateway's own, and what is never forwarded."""
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_PATH = re.compile(
    rb"(?:/(?!\.\.?(?:/|\Z))"  # a segment that is neither `.` nor `..`, and not empty
    rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]"
    rb"|%(?![01]|2[eEfF]|5[cC]|7[fF])[0-9A-Fa-f]{2})+"  # no encoded control character, dot, slash or backslash
    rb")+/?|/"
)


class BadPath(Invalid, code="gateway/bad-path"):
    """The path is not one that a service could have."""


class BadAnswer(Unavailable, code="gateway/bad-answer"):
    """The service broke off before it answered."""


class Late(Unavailable, code="gateway/late"):
    """The service took too long."""


class BrokenOff(Exception):
    """The answer cannot be finished: the client must see that it is cut, not take it for whole."""


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class Route:
    """Everything below a path prefix is a service's."""

    prefix: str
    service: str


class RouteTable:
    """Never changed, only replaced: a request sees the old table or the new one."""

    __slots__ = ("_depth", "_routes")

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        """Where two claim one prefix, the first has it."""
        self._routes: dict[str, Route] = {}
        for route in routes:
            self._routes.setdefault(route.prefix, route)
        self._depth = max((prefix.count("/") for prefix in self._routes), default=0)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes.values())

    def match(self, path: str) -> Route | None:
        """The route with the longest prefix of whole segments."""
        routes, found, end = self._routes, None, 0
        for _ in range(self._depth):
            end = path.find("/", end + 1)
            if end < 0:
                return routes.get(path, found)
            found = routes.get(path[:end], found)
        return found


def is_prefix(prefix: str) -> bool:
    """Whether it has the form of one: plain segments, no slash at the end."""
    return _PREFIX.fullmatch(prefix) is not None


def may_be_claimed(path: str, *, dev: bool) -> bool:
    """Whether a path can be a service's: below /api/v1, or at the root where the gateway keeps nothing for itself.

    Below /dev only in development.
    """
    if path.startswith(f"{API}/"):
        return True
    first = path[1:].partition("/")[0]
    return first not in _OWN and (dev or first != "dev")


def check(raw_path: bytes) -> None:
    """Paths that two readers may read in two ways are refused, not mended. Raises BadPath."""
    if _PATH.fullmatch(raw_path) is None:
        raise BadPath("no empty or dot segments, no encoded slashes, dots or control characters")
