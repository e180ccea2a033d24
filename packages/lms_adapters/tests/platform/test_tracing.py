"""W3C Trace Context, section 3.2: what is a traceparent and what is not."""

from __future__ import annotations

import pytest

from lms_adapters.telemetry import tracing

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize("good", [f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00", f"01-{TRACE}-{SPAN}-01-more"])
def test_a_trace_goes_on(good: str) -> None:
    with tracing.span("next", good):
        assert tracing.trace_id() == TRACE
        assert tracing.traceparent()[36:52] != SPAN


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "nonsense",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-+{TRACE[1:]}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:30]}_1-{SPAN}-01",
    ],
)
def test_what_is_malformed_begins_a_trace(bad: str | None) -> None:
    with tracing.span("first", bad):
        assert len(tracing.trace_id()) == 32
        assert tracing.trace_id() not in (TRACE, "0" * 32)
    assert tracing.traceparent() == ""
