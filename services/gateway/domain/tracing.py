"""Traces: an id to look for, and the story that is found."""

from __future__ import annotations

from lms_core.domain.errors import Invalid, NotFound
from lms_core.domain.traces import find_trace_id


class UnknownTrace(NotFound, code="gateway/unknown-trace"):
    """Nothing is known of this trace."""


def trace_id_in(text: str) -> str:
    """The trace id in what somebody pasted. Raises Invalid."""
    found = find_trace_id(text)
    if found is None:
        raise Invalid.at("#/trace_id", "a trace id is 32 hexadecimal digits, not all zero")
    return found
