"""The access log: a line a request, in the form of all other lines, for a tenth of what they cost."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
import weakref
from time import gmtime, strftime, time

import msgspec
import structlog

from lms_adapters.telemetry.logging import for_machines

_SECONDS = 0.02
"""How long a line waits for others: all that `kill -9` may cost."""
_log = structlog.get_logger("access")


class AccessLog:
    """Lines for machines are gathered, and written together a moment later or at the end of the process."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        weakref.finalize(self, _write, self._lines)

    def request(self, trace_id: str, method: str, route: str, status: int, upstream: str, seconds: float) -> None:
        """It was answered."""
        ms = round(seconds * 1000, 2)
        if not for_machines(logging.INFO):
            _log.info("request", trace_id=trace_id, method=method, route=route, status=status, ms=ms, upstream=upstream)
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(_SECONDS, _write, self._lines)
        now = time()
        self._lines.append(
            f'{{"trace_id":"{trace_id}",{_what(method, route, status, upstream)},"ms":{ms},"event":"request",'
            f'"level":"info","timestamp":"{_second(int(now))}.{int(now % 1 * 1_000_000):06d}Z"}}\n'
        )


def _write(lines: list[str]) -> None:
    if lines:
        text = "".join(lines)
        lines.clear()
        sys.stderr.write(text)
        sys.stderr.flush()


@functools.lru_cache(maxsize=1024)
def _what(method: str, route: str, status: int, upstream: str) -> str:
    """The members that are the same in many lines."""
    members = {"method": method, "route": route, "status": status, "upstream": upstream}
    return msgspec.json.encode(members).decode()[1:-1]


@functools.lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))
