"""Paths that mean one thing to the gateway and another to a service: nothing gets past the route table."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product

import pytest

from lms_adapters.testing.server import listening, say
from lms_core.testing.fakes import fake_id
from tests.security.knock import knock
from tests.security.matrix import known
from tests.security.school import API, School

pytestmark = pytest.mark.asyncio(loop_scope="package")

_UP = [
    "..",
    "%2e%2e",
    "%2E%2E",
    ".%2e",
    "%2e.",
    "..;",
    "%2e%2e;x=1",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "..%00",
    "..%2f",
    "..%5c",
    "..\\",
]


@pytest.mark.parametrize("up", _UP)
async def test_no_way_up_and_out(shared: School, up: str) -> None:
    """To what is internal, from every depth."""
    for depth in range(1, 5):
        climb = "/".join([up] * depth)
        for target in ("internal/descriptor", "metrics", "health/ready"):
            answer = await knock(shared.front, "GET", f"{API}/auth/{climb}/{target}", token=shared.admin.token)
            assert answer.status in (400, 404), (climb, answer.status, answer.body[:200])


@pytest.mark.parametrize(
    "path",
    [
        "//internal/descriptor",
        "/./internal/descriptor",
        "/internal/descriptor/",
        "/internal/descriptor;x=1",
        "/internal%2fdescriptor",
        "/%69nternal/descriptor",
        "/INTERNAL/descriptor",
        "/internal/openapi/openapi.json",
        f"{API}//internal/descriptor",
        f"{API}/internal/descriptor",
        f"{API}/auth/../../../internal/descriptor",
        f"{API}/auth;/../internal",
        f"{API}/auth%2f..%2f..%2finternal",
        f"{API}/auth/%2e%2e/%2e%2e/%2e%2e/internal/descriptor",
        "/internal/descriptor%00.css",
        "/internal/descriptor%0d%0ax:%20y",
        "\\internal\\descriptor",
        "/%5cinternal/descriptor",
        "*",
        "",
    ],
)
async def test_the_inside_is_not_reached_by_another_name(shared: School, path: str) -> None:
    answer = await knock(shared.front, "GET", path, token=shared.admin.token)
    assert answer.status in (400, 404), answer.body[:200]
    assert answer.problem in ("gateway/bad-path", "not-found", "invalid")


@pytest.mark.parametrize(
    "part",
    [
        *("", ".", "..", "%2e", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%2e%2e;x=1", "..%00", "..%2f", "..%5c", "..\\"),
        *("a%2Fb", "a%5Cb", "a\\b", "a%0d%0ab", "a%7f", "a%", "a%2", "a%zz"),
    ],
)
async def test_what_two_readers_may_read_in_two_ways_is_refused(shared: School, part: str) -> None:
    """By the gateway, in words of its own: a service that would answer 404 is not asked."""
    answer = await knock(shared.front, "GET", f"{API}/auth/{part}/jwks")
    assert (answer.status, answer.problem) == (400, "gateway/bad-path")


@pytest.mark.parametrize("tail", ["/", "//", "/.", ";", "%20", "%00", "%2f", "?x", "#x", "/x", ".json", "%09"])
async def test_a_decorated_path_is_not_less_guarded(shared: School, tail: str) -> None:
    """Either no such path, or the same refusal as for the plain one."""
    for plain in ("/billing/prices/none", "/analytics/overview", f"/courses/{shared.draft}"):
        answer = await knock(shared.front, "GET", API + plain + tail, token=shared.learner.token)
        assert answer.status in (400, 403, 404), (plain + tail, answer.status)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "TRACK", "DEBUG", "get", "GET\x00"])
async def test_methods_that_nobody_has(shared: School, method: str) -> None:
    answer = await knock(shared.front, method, f"{API}/users/me", token=shared.learner.token)
    assert answer.status in (400, 404, 405, 501), answer.status


async def test_every_path_names_exactly_the_methods_it_has(shared: School) -> None:
    """To who asks with OPTIONS, and in each 405; at the service as at the gateway."""
    methods: dict[tuple[str, str], set[str]] = defaultdict(lambda: {"OPTIONS"})
    for one in known():
        methods[one.operation.partition(".")[0], one.path] |= (
            {one.method, "HEAD"} if one.method == "GET" else {one.method}
        )
    told, expected = {}, {}
    for (service, path), some in methods.items():
        for at, method in product((service, "gateway"), ("OPTIONS", "TRACE")):
            answer = await shared.ask(None, method, re.sub(r"{\w+}", str(fake_id(1)), path), at=at)
            told[at, method, path] = (answer.status, answer.header("allow"))
            expected[at, method, path] = (204 if method == "OPTIONS" else 405, ", ".join(sorted(some)))
    assert told == expected


@pytest.mark.parametrize("at", ["service", "gateway"])
async def test_head_is_answered_as_get_without_the_body(shared: School, at: str) -> None:
    """Every path that can be read, to whom it is open and to whom it is not (RFC 9110, section 9.3.2)."""
    for one in known():
        if one.method != "GET":
            continue
        where = "gateway" if at == "gateway" else one.operation.partition(".")[0]
        path = one.path.format_map({**shared.learner.things, "course_id": shared.course})
        for who in (None, shared.learner, shared.stranger, shared.admin):
            read, head = [await shared.ask(who, method, path, at=where) for method in ("GET", "HEAD")]
            told = [{k: v for k, v in answer.headers if k != "traceparent"} for answer in (read, head)]
            assert (head.status, told[1], head.body) == (read.status, told[0], b""), (one.operation, who)


@pytest.mark.parametrize(
    "target",
    [
        b"http://evil.example/internal/descriptor",
        b"http://127.0.0.1:1/internal/descriptor",
        b"//evil.example/internal/descriptor",
        b"evil.example:80",
        b"internal/descriptor",
        b"/internal/descriptor\xff",
        b"@/internal/descriptor",
        b"*",
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"CONNECT", b"OPTIONS"])
async def test_absolute_and_other_forms_of_the_target(shared: School, method: bytes, target: bytes) -> None:
    """Over a real connection: nothing is fetched from elsewhere, nothing internal is shown."""
    async with listening(shared.front) as listener:
        head = method + b" " + target + b" HTTP/1.1\r\nhost: lms.example\r\nconnection: close\r\n\r\n"
        answer = await say(listener, head)
    assert answer[9:12] in (b"400", b"404", b"405"), answer
    assert b'"routes"' not in answer
