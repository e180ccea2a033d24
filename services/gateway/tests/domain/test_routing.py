"""Paths and the services they belong to."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, strategies as st

from services.gateway.domain.routing import BadPath, Route, RouteTable, check, is_prefix

TABLE = RouteTable(
    [Route("/api/v1/auth", "auth"), Route("/api/v1/auth/users", "user"), Route("/api/v1/courses", "course")]
)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/v1/auth", "auth"),
        ("/api/v1/auth/", "auth"),
        ("/api/v1/auth/login", "auth"),
        ("/api/v1/auth/users", "user"),
        ("/api/v1/auth/users/7/roles", "user"),
        ("/api/v1/auth/usersx", "auth"),
        ("/api/v1/courses/7", "course"),
        ("/api/v1/authx", None),
        ("/api/v1/course", None),
        ("/api/v1", None),
        ("/", None),
        ("", None),
        ("/auth", None),
    ],
)
def test_the_longest_prefix_of_whole_segments_has_it(path: str, service: str | None) -> None:
    route = TABLE.match(path)
    assert (route and route.service) == service


def test_the_first_who_claims_a_prefix_has_it() -> None:
    table = RouteTable([Route("/api/v1/a", "one"), Route("/api/v1/a", "two")])
    assert [route.service for route in table] == ["one"]


@given(
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["/a", "/a/b", "/b/c/a"])),
)
def test_a_match_is_what_looking_at_every_prefix_finds(segments: list[str], prefixes: list[str]) -> None:
    path = "/" + "/".join(segments)
    found = RouteTable([Route(prefix, prefix) for prefix in prefixes]).match(path)
    fitting = [prefix for prefix in prefixes if path == prefix or path.startswith(f"{prefix}/")]
    assert (found.prefix if found else None) == max(fitting, key=len, default=None)


@pytest.mark.parametrize(
    "path", [b"/", b"/api/v1/auth/login", b"/a/", b"/a/...", b"/a/.hidden", b"/a/%C3%A9", b"/a/b;c=1,2", b"/a/a@b.c"]
)
def test_a_plain_path_is_taken(path: bytes) -> None:
    check(path)


@pytest.mark.parametrize(
    "path",
    [
        b"",
        b"*",
        b"a",
        b"//",
        b"/a//b",
        b"/a/..",
        b"/a/../b",
        b"/./a",
        b"/a/.",
        b"/a/%2e%2e/b",
        b"/a/%2E/b",
        b"/a%2fb",
        b"/a%2Fb",
        b"/a%5cb",
        b"/a\\b",
        b"/a%00",
        b"/a%0a",
        b"/a%7f",
        b"/a\x00",
        b"/a b",
        b"/a%",
        b"/a%zz",
        b"/\xc3\xa9",
        b"/a\n",
    ],
)
def test_a_path_that_could_be_read_in_two_ways_is_refused(path: bytes) -> None:
    with pytest.raises(BadPath):
        check(path)


@pytest.mark.parametrize("end", [b"", b"/", b"%", b"%2e", b"/..", b"\x00"])
@pytest.mark.parametrize("repeated", [b"a", b"/a", b"%41", b"a%41", b"/%41a"])
def test_a_long_path_is_read_once(repeated: bytes, end: bytes) -> None:
    """Sixty kilobytes of it: an expression that went back over them would take minutes."""
    path = b"/a" + repeated * (60_000 // len(repeated)) + end
    if end in (b"", b"/"):
        check(path)
    else:
        with pytest.raises(BadPath):
            check(path)


@given(st.binary(max_size=12), st.sampled_from([b"..", b".", b"", b"%2e%2E", b"%2f", b"%00", b"a"]))
def test_what_is_taken_has_no_dot_or_empty_segment_when_it_is_decoded(rest: bytes, trick: bytes) -> None:
    path = b"/" + trick + b"/" + rest
    try:
        check(path)
    except BadPath:
        return
    decoded = unquote_to_bytes(path)
    assert not {b"", b".", b".."} & set(decoded[1:].removesuffix(b"/").split(b"/"))
    assert b"\x00" not in decoded
    assert decoded.count(b"/") == path.count(b"/")


@pytest.mark.parametrize(
    ("prefix", "may"),
    [("/auth", True), ("/a/b-c", True), ("", False), ("/", False), ("/a/", False), ("a", False), ("/a b", False)],
)
def test_a_claim_is_plain_segments(prefix: str, may: bool) -> None:
    assert is_prefix(prefix) is may
