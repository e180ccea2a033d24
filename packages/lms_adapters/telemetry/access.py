"""The access log: a line a request, in the form of all other lines, for a tenth of what they cost."""

from __future__ import annotations

import asyncio
import logging
import sys
import weakref
from datetime import datetime
from typing import TypeAlias

import msgspec
import structlog

from lms_adapters.telemetry.logging import for_machines

_SECONDS = 0.02
"""How long a line waits for others: all that `kill -9` may cost."""
_log = structlog.get_logger("access")
_encode = msgspec.json.Encoder().encode_lines


_Request: TypeAlias = tuple[str, str, str, int, str, float, datetime]


class _Line(msgspec.Struct, gc=False):
    trace_id: str
    method: str
    route: str
    status: int
    upstream: str
    ms: float
    timestamp: datetime
    event: str = "request"
    level: str = "info"


class AccessLog:
    """Lines for machines are gathered, and written together a moment later or at the end of the process.

    Made when logging is configured: it keeps to the form that there is.
    """

    def __init__(self) -> None:
        self._gathered: list[_Request] = []
        self._for_machines = for_machines(logging.INFO)
        weakref.finalize(self, _write, self._gathered)

    def request(self, request: _Request) -> None:
        """It was answered: its trace, its method, its route, the status, by whom, in how many seconds, when."""
        if not self._for_machines:
            line = _line(request)
            told = {name: getattr(line, name) for name in ("trace_id", "method", "route", "status", "ms", "upstream")}
            _log.info("request", **told)
            return
        if not self._gathered:
            asyncio.get_running_loop().call_later(_SECONDS, _write, self._gathered)
        self._gathered.append(request)


def _line(request: _Request) -> _Line:
    trace_id, method, route, status, upstream, seconds, now = request
    return _Line(trace_id, method, route, status, upstream, int(seconds * 100_000) / 100, now)


def _write(gathered: list[_Request]) -> None:
    if gathered:
        text = _encode(list(map(_line, gathered))).decode()
        gathered.clear()
        sys.stderr.write(text)
        sys.stderr.flush()
