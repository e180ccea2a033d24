"""ETag, If-Match and If-None-Match."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lms_adapters.web.preconditions import etag, required_version, tagged
from lms_core.domain.errors import PreconditionRequired, Stale


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_what_was_given_out_comes_back(version: int) -> None:
    assert required_version(etag(version)) == version


def test_a_change_needs_what_was_read() -> None:
    with pytest.raises(PreconditionRequired):
        required_version(None)


@pytest.mark.parametrize("tag", ["", "*", "1", '"', '"a"', '"-1"', 'W/"1"', '"1", "2"', '"١"', '"' + "9" * 19 + '"'])
def test_what_was_never_given_out_is_stale(tag: str) -> None:
    with pytest.raises(Stale):
        required_version(tag)


@pytest.mark.parametrize(
    ("has", "status"), [('"7"', 304), ('"6", W/"7"', 304), ("*", 304), ('"77"', 200), ("", 200), (None, 200)]
)
def test_what_the_client_has_is_not_sent(has: str | None, status: int) -> None:
    answer = tagged({"a": 1}, 7, has)
    assert (answer.status_code or 200, answer.headers["etag"]) == (status, '"7"')
