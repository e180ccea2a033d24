"""What the gateway makes of headers."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid
from services.gateway.adapters.http.headers import answer, forwarded, sort

LOOKED_AT = {b"host", b"authorization", b"content-length", b"origin", b"traceparent", b"tracestate"}
NEVER_PASSED = {b"connection", b"te", b"upgrade", b"transfer-encoding", b"expect", b"via", b"x-real-ip", b"forwarded"}
OWN = {b"traceparent", b"tracestate"}
NAMES = [*sorted(LOOKED_AT | NEVER_PASSED), b"x-forwarded-for", b"x-forwarded-odd", b"accept", b"x-mine", b"cookie"]
HEADERS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from([b"", b"0", b"12", b"close", b"x-mine, Host", b"keep-alive"]))
)


@pytest.mark.parametrize("host", [b"a" * 253, b"a" * 253 + b":65535", b"[2001:db8::1]:8000", b""])
def test_a_host_is_passed_on(host: bytes) -> None:
    assert dict(forwarded("192.0.2.1", host, "https")).get(b"x-forwarded-host", b"") == host


@pytest.mark.parametrize("host", [b"a" * 260, b"a:1" + b"0" * 300, b"a b", b'a";proto=https', b"a,b", b"a/b", b"a@b"])
def test_what_is_no_host_is_refused(host: bytes) -> None:
    """A longer one than there can be (RFC 1035, section 2.3.4) as well."""
    with pytest.raises(Invalid):
        forwarded("192.0.2.1", host, "https")


@given(HEADERS)
def test_what_goes_on_is_neither_of_the_connection_nor_what_the_gateway_says(
    headers: list[tuple[bytes, bytes]],
) -> None:
    """RFC 9110, section 7.6.1; who is looked at cannot be named away."""
    incoming = sort(headers)
    named = {
        part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b",")
    } - LOOKED_AT
    assert incoming.passed == [
        (name, value)
        for name, value in headers
        if name not in NEVER_PASSED | OWN | named and not name.startswith(b"x-forwarded")
    ]


@given(HEADERS)
def test_what_is_looked_at_stands_once_or_the_request_is_at_fault(headers: list[tuple[bytes, bytes]]) -> None:
    incoming = sort(headers)
    twice = any(sum(name == one for name, _ in headers) > 1 for one in LOOKED_AT)
    lengths = [value for name, value in headers if name == b"content-length"]
    assert (incoming.fault is not None) == (twice or any(not value.isdigit() for value in lengths))
    if not twice:
        assert {name: incoming.noted[name] for name, _ in headers if name in LOOKED_AT} == {
            name: value for name, value in headers if name in LOOKED_AT
        }
        chunked = any(name == b"transfer-encoding" for name, _ in headers)
        assert incoming.has_body == (chunked or lengths == [b"12"])
    hops = [value for name, value in headers if name == b"x-forwarded-for"]
    assert incoming.noted.get(b"x-forwarded-for", b"") == b",".join(hops)  # a list (RFC 9110, section 5.3)


def test_what_is_looked_at_cannot_be_named_away() -> None:
    named = (b"connection", b"X-Mine, Host, keep-alive")
    passed = sort([(b"host", b"a"), named, (b"x-mine", b"1"), (b"accept", b"*/*")]).passed
    assert passed == [(b"host", b"a"), (b"accept", b"*/*")]


@pytest.mark.parametrize(
    ("length", "has_body", "is_fault"),
    [
        *((b"0", False, False), (b"00", False, False), (b"12", True, False), (b"9" * 18, True, False)),
        *((b"9" * 19, False, True), (b"-1", False, True), (b"1_0", False, True), (b"", False, True)),
    ],
)
def test_the_length_of_a_body_is_a_number(length: bytes, has_body: bool, is_fault: bool) -> None:
    incoming = sort([(b"content-length", length)])
    assert (incoming.has_body, incoming.fault is not None) == (has_body, is_fault)


def test_a_header_that_stands_twice_is_the_fault_that_is_told() -> None:
    fault = sort([(b"host", b"a"), (b"content-length", b"x"), (b"host", b"b")]).fault
    assert fault is not None
    assert fault.facts == {"header": "host"}


def test_a_request_at_fault_leaves_nothing_behind() -> None:
    """What is raised holds the frames that it came through, and they hold the headers."""
    left = _refused()
    gc.collect()
    assert left() is None


def _refused() -> weakref.ref[BaseException]:
    incoming = sort([(b"host", b"a"), (b"host", b"b")])
    assert incoming.fault is not None
    try:
        raise incoming.fault
    except Invalid as fault:
        return weakref.ref(fault)


ANSWERED = [b"content-type", b"etag", b"set-cookie", b"content-length", b"date", b"server", b"traceparent", b"x-hop"]


@given(
    st.lists(st.tuples(st.sampled_from([*ANSWERED, b"connection"]), st.sampled_from([b"1", b"X-Hop", b"close"]))),
    st.sampled_from([200, 204, 304]),
)
def test_an_answer_loses_what_ends_here(headers: list[tuple[bytes, bytes]], status: int) -> None:
    named = {value.lower() for name, value in headers if name == b"connection"}
    ends = {b"date", b"server", b"traceparent", b"connection", *(named & {b"x-hop"})}
    ends |= {b"content-length"} if status != 200 else set()
    passed, media_type = answer(headers, status)
    assert passed == [header for header in headers if header[0] not in ends]
    assert media_type == dict(headers).get(b"content-type", b"")
