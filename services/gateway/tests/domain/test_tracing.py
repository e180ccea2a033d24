"""An id to look for."""

from __future__ import annotations

import pytest

from lms_core.domain.errors import Invalid
from services.gateway.domain.tracing import trace_id_in


def test_an_id_is_taken_from_a_traceparent() -> None:
    assert trace_id_in("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") == "0af7651916cd43dd8448eb211c80319c"


def test_nonsense_is_refused() -> None:
    with pytest.raises(Invalid):
        trace_id_in("nonsense")
