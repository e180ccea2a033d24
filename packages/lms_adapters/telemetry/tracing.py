"""One trace from the click to the mail: W3C Trace Context through HTTP, events, jobs and logs.

Every request, event and job runs in an OpenTelemetry span. Without an exporter the spans are not recorded: they only
carry the ids, at the cost of some microseconds. `configure(url)` sends them to an OTLP collector.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from contextvars import ContextVar
from random import getrandbits

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, Tracer

_tracer: Tracer | None = None
_ROOT = Context()


_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(|-.*)\Z")


def configure(otlp_url: str | None) -> None:
    """Send spans to an OTLP/HTTP collector (`http://host:4318/v1/traces`); None: only carry the ids."""
    global _tracer  # noqa: PLW0603  one per process, set before anything runs
    if otlp_url is None:
        _tracer = None
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    provider = TracerProvider(resource=Resource.create({"service.name": "lms"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=otlp_url)))
    _tracer = provider.get_tracer("lms")


def parse(traceparent: str | None) -> SpanContext | None:
    """A span context from a `traceparent` header (W3C Trace Context, section 3.2); None when it is malformed."""
    form = None if traceparent is None else _FORM.match(traceparent)
    if form is None or form[1] == "ff" or (form[1] == "00" and form[5]):
        return None
    trace_id, span_id = int(form[2], 16), int(form[3], 16)
    if trace_id == 0 or span_id == 0:
        return None
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(int(form[4], 16) & 1))


def span(name: str, parent: str | None = None, *, kind: SpanKind = SpanKind.INTERNAL) -> AbstractContextManager[object]:
    """Run the block in a span that continues `parent` (a traceparent), or begins a trace."""
    if _tracer is None:
        return _Carried(following(parent))
    remote = parse(parent)
    outside = _ROOT if remote is None else trace.set_span_in_context(NonRecordingSpan(remote), _ROOT)
    return _tracer.start_as_current_span(name, outside, kind=kind)


CARRIED: ContextVar[str] = ContextVar("lms_traceparent", default="")
"""The traceparent where nothing is recorded. `span` sets it for a block; a hot path itself, without an object."""


class _Carried:
    """The block of a span that is not recorded: it only carries its ids, as they are written."""

    __slots__ = ("_here", "_token")

    def __init__(self, traceparent: str) -> None:
        self._here = traceparent

    def __enter__(self) -> None:
        self._token = CARRIED.set(self._here)

    def __exit__(self, *_: object) -> None:
        CARRIED.reset(self._token)


def resumed(traceparent: str) -> AbstractContextManager[object]:
    """Run the block in the span of this traceparent, which began elsewhere: nothing new is recorded."""
    if _tracer is None:
        return _Carried(traceparent)
    remote = parse(traceparent)
    return trace.use_span(trace.INVALID_SPAN if remote is None else NonRecordingSpan(remote))


_PARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]")


def recording() -> bool:
    """Whether spans go to a collector."""
    return _tracer is not None


def following(parent: str | None) -> str:
    """The traceparent of a span that continues `parent`, or begins a trace: for a hot path that records nothing."""
    here = (getrandbits(64) or 1).to_bytes(8).hex()  # an id of zeros is none
    if parent is not None:
        if _PARENT.fullmatch(parent) is not None:
            return f"{parent[:36]}{here}{parent[52:]}"
        remote = parse(parent)  # of a later version, or with other flags
        if remote is not None:
            return f"00-{remote.trace_id:032x}-{here}-{int(remote.trace_flags):02x}"
    return f"00-{(getrandbits(128) or 1).to_bytes(16).hex()}-{here}-00"


def traceparent() -> str:
    """The current span as a `traceparent` header; empty outside any span."""
    if _tracer is None:
        return CARRIED.get()
    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return ""
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{int(here.trace_flags):02x}"


def span_id() -> str:
    """The id of the current span; empty when there is none."""
    return traceparent()[36:52]


def trace_id(of: str | None = None) -> str:
    """The trace id of a traceparent, or of the current span; empty when there is none."""
    return (traceparent() if of is None else of)[3:35]
