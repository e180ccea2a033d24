"""ETag, If-Match and If-None-Match."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms_adapters.web.preconditions import required_version, tagged
from lms_core.domain.errors import Invalid, PreconditionRequired, Stale
from lms_core.testing.fakes import fake_id

ADA, BOB = fake_id(1), fake_id(2)


def tag(answer: Any = None, **more: Any) -> str:
    return str(tagged(answer or {"a": 1}, **more).headers["etag"])


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_what_was_given_out_comes_back(version: int) -> None:
    assert required_version(tag(version=version)) == version
    assert required_version(tag(version=version, whose=ADA), whose=ADA) == version
    assert required_version(f'"{version}"') == version, "the number that a view shows will do"


def test_a_change_needs_what_was_read() -> None:
    with pytest.raises(PreconditionRequired):
        required_version(None)


@pytest.mark.parametrize(
    "given", ["*", '""', '"a"', '"-1"', 'W/"1"', '"1", "2"', '"\xb2"', '"' + "9" * 19 + '"', '"1-"', '"1-xyz"', tag()]
)
def test_what_was_never_given_out_is_stale(given: str) -> None:
    with pytest.raises(Stale):
        required_version(given)


@pytest.mark.parametrize("given", ["", "1", '"', '"1', "W/1", '"1" "2"', '"1",', '"a b"', '"a"b"', "*, *", '"\u0661"'])
def test_what_is_no_tag_at_all_is_pointed_at(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        required_version(given)
    assert refused.value.facts["errors"][0]["pointer"] == "#/If-Match"  # type: ignore[index]


def test_somebody_elses_tag_is_stale() -> None:
    for whose in (BOB, None):
        with pytest.raises(Stale):
            required_version(tag(version=1, whose=ADA), whose=whose)


def test_a_tag_is_of_what_is_shown_and_of_whom_it_is_shown_to() -> None:
    tags = [
        tag(version=1),
        tag(version=2),
        tag({"a": 2}, version=1),
        tag(version=1, whose=ADA),
        tag(version=1, whose=BOB),
        tag(),
    ]
    assert len(set(tags)) == len(tags)
    assert all(re.fullmatch(r'"[\x21\x23-\x7e]+"', one) for one in tags), "as RFC 9110 writes them"
    assert tag(version=1) == tag(version=1)


def test_a_tag_counts_after_an_upgrade() -> None:
    assert tag({"a": 1}, version=7, whose=ADA) == '"7@25532fb6-7823357dd1d3"'


HAS = tag(version=7)


@pytest.mark.parametrize(
    ("has", "status"),
    [
        (HAS, 304),
        (f'"6", W/{HAS}', 304),
        ("*", 304),
        ('"7"', 200),
        (tag({"a": 2}, version=7), 200),
        (tag(version=7, whose=ADA), 200),
        ("", 200),
        (None, 200),
    ],
)
def test_what_the_client_has_is_not_sent(has: str | None, status: int) -> None:
    answer = tagged({"a": 1}, has, version=7)
    assert (answer.status_code or 200, answer.headers["etag"]) == (status, HAS)


def test_what_is_added_to_one_answer_is_never_said_in_another() -> None:
    """Its parts are shared, or made anew each time: adding to them is an error at once."""
    with pytest.raises(AttributeError):
        tagged({"a": 1}).set_cookie("session", "Ada's")
    with pytest.raises(TypeError):
        tagged({"a": 1}).set_header("x-mine", "Ada's")
    assert not tagged({"a": 1}).cookies
