"""Structured logs: one line an event, with the trace id, for people on a console or for machines as JSON."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import msgspec
import structlog

from lms_adapters.telemetry import tracing

_HIDDEN = frozenset({"password", "token", "access_token", "refresh_token", "authorization", "secret", "email"})


def _with_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if "trace_id" not in event and (trace_id := tracing.trace_id()):
        event["trace_id"] = trace_id
    return event


def _hide(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in _HIDDEN & event.keys():
        event[name] = "********"
    return event


def _json(value: Any, **_: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


_machine_level: int | None = None


def for_machines(level: int) -> bool:
    """Whether lines of this level are written, and as JSON."""
    return _machine_level is not None and level >= _machine_level


def configure(form: Literal["console", "json"], level: str) -> None:
    """Once per process, before anything logs. Standard logging goes the same way."""
    global _machine_level  # noqa: PLW0603  one per process, set before anything runs
    number = logging.getLevelNamesMapping()[level.upper()]
    _machine_level = number if form == "json" else None
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    first: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
        _hide,
    ]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    standard = logging.StreamHandler(sys.stderr)
    standard.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *first],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[standard], force=True)
