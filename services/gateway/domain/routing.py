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
_PLAIN = rb"[A-Za-z0-9\-._~!$&'()*+,;=:@]*"
_PATH = re.compile(
    rb"(?:/(?!/|\Z|\.\.?(?:/|\Z))"  # a segment that is neither empty nor `.` nor `..`
    rb"%b(?:%%(?![01]|2[eEfF]|5[cC]|7[fF])[0-9A-Fa-f]{2}%b)*"  # no encoded control character, dot, slash or backslash
    rb")+/?|/" % (_PLAIN, _PLAIN)
)
"""A character is read in one way: nothing is gone back over. Not possessive: CPython 3.11.2 matches that wrongly."""


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

    __slots__ = ("_pattern", "_routes")

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        """Where two claim one prefix, the first has it."""
        self._routes: dict[str, Route] = {}
        for route in routes:
            self._routes.setdefault(route.prefix, route)
        longest_first = sorted(self._routes, key=len, reverse=True)
        self._pattern = re.compile(f"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?=/|\\Z)")

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes.values())

    def match(self, path: str) -> Route | None:
        """The route with the longest prefix of whole segments."""
        found = self._pattern.match(path)
        return None if found is None else self._routes[found[0]]


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
