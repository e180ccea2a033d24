"""The access log: a line a request, in the form of all other lines, for a tenth of what they cost."""

from __future__ import annotations

import asyncio
import logging
import sys
import weakref
from datetime import datetime

import msgspec
import structlog

from lms_adapters.telemetry.logging import for_machines

_SECONDS = 0.02
"""How long a line waits for others: all that `kill -9` may cost."""
_log = structlog.get_logger("access")
_encode = msgspec.json.Encoder().encode_lines


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
    """Lines for machines are gathered, and written together a moment later or at the end of the process."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        weakref.finalize(self, _write, self._lines)

    def request(
        self, trace_id: str, method: str, route: str, status: int, upstream: str, seconds: float, now: datetime
    ) -> None:
        """It was answered."""
        ms = int(seconds * 100_000) / 100
        if not for_machines(logging.INFO):
            _log.info("request", trace_id=trace_id, method=method, route=route, status=status, ms=ms, upstream=upstream)
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(_SECONDS, _write, self._lines)
        self._lines.append(_Line(trace_id, method, route, status, upstream, ms, now))


def _write(lines: list[_Line]) -> None:
    if lines:
        text = _encode(lines).decode()
        lines.clear()
        sys.stderr.write(text)
        sys.stderr.flush()
