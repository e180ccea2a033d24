"""The short way of reads and the long one give the same answers: status, headers and body, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from dishka import make_async_container
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.routes import HTTPRoute

from lms_adapters.platform.compose import RunningService
from lms_adapters.platform.door import Door
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_adapters.web.auth import Requires, TokenVerifier
from lms_adapters.web.inject import wanted
from lms_adapters.web.making import Unfit, maker
from lms_adapters.web.problems import refused
from lms_adapters.web.reads import Reads, compiled
from lms_core.domain.errors import NotFound
from lms_core.security.principal import Principal
from lms_core.testing.fakes import FakeClock
from services.user.service import SERVICE as USER
from tests.security.knock import Answer, Header, knock
from tests.security.school import Person, School

UNKNOWN = UUID(int=7)
EMPTY = make_async_container()
TOKENS = ("", "rubbish", "learner", "instructor", "admin")
QUERIES = (
    "limit=1",
    "limit=0",
    "limit=1000",
    "limit=many",
    "limit=1&limit=2",
    "limit=",
    "cursor=rubbish",
    "cursor=%FF%00",
    "course_id=x",
    "learner=you",
    "unknown=1",
    "%zz=%zz&&=",
)
HEADERS: tuple[tuple[Header, ...], ...] = (
    (("if-none-match", "*"),),
    (("if-none-match", '"1", "2"'),),
    (("if-none-match", 'W/"1"'),),
    (("if-none-match", '"1"'), ("if-none-match", '"2"')),
    (("accept-language", "de"),),
    (("accept", "text/html"),),
    (("host", "two words"),),
    (("last-event-id", "rubbish"),),
    (("last-event-id", str(UNKNOWN)),),
)


OWN = {
    "/health/live",
    "/metrics",
    "/internal/descriptor",
    "/internal/openapi",
    "/internal/openapi/openapi.json",
    "/internal/openapi/{path}",
}
"""Not for people: nobody waits for these, and they stay with Litestar."""
ENTERED = {"/api/v1/auth/jwks", "/api/v1/analytics/overview", "/", "/live", "/pulse", "/traces/{trace_id}"}
"""What these want is awaited or closed, or needs what is: a scope is entered for them."""


def read_routes(service: RunningService) -> Iterator[HTTPRoute]:
    for route in service.litestar.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.route_handler_map and route.path_format not in OWN:
            yield route


def targets(template: str, things: dict[str, str]) -> Iterator[str]:
    """Paths of a route: one that is right, then such as it might be mistaken for."""
    yield template.format_map(_Things(things))
    for odd in (str(UNKNOWN), str(UNKNOWN).upper(), UNKNOWN.hex, f"%7B{UNKNOWN}%7D", f"urn:uuid:{UNKNOWN}", "rubbish"):
        if "{" in template:
            yield template.format_map(_Things({}, odd))
    good = template.format_map(_Things(things))
    yield from (f"{good}/", f"/{good}", f"{good}/more", f"{good}%2F", good.upper())


class _Things(dict[str, str]):
    def __init__(self, things: dict[str, str], other: str = "app.css") -> None:
        super().__init__(things)
        self._other = other

    def __missing__(self, key: str) -> str:
        return self._other


def variations(template: str, things: dict[str, str], *, every: bool) -> Iterator[tuple[str, str, tuple[Header, ...]]]:
    """Method, target and headers: what is right, and then everything else."""
    good, *odd = targets(template, things)
    right = f"{good}?course_id={things['course_id']}"  # where it is no parameter, it is ignored
    if not every:
        yield "GET", right, ()
        return
    for target in (right, *odd, *(f"{good}?{query}" for query in QUERIES), *(f"{right}&{query}" for query in QUERIES)):
        yield "GET", target, ()
    for headers in HEADERS:
        yield "GET", right, headers
    yield from (("HEAD", right, ()), ("DELETE", right, ()), ("OPTIONS", right, ()))


def told(answer: Answer) -> tuple[int, list[Header], bytes]:
    return answer.status, sorted(h for h in answer.headers if h[0] != "traceparent"), answer.body


class _Both:
    """A service's two ways behind doors of their own; `long` counts what the short way left to Litestar."""

    def __init__(self, service: RunningService, verifier: TokenVerifier) -> None:
        self.long = 0
        litestar: Any = service.litestar

        async def counted(scope: Any, receive: Any, send: Any) -> None:
            self.long += 1
            await litestar(scope, receive, send)

        reads = Reads(litestar, service.container)
        reads._app = counted
        self._ways = [
            Door(service.service.name, app, service.container, verifier, service.languages) for app in (reads, litestar)
        ]

    async def ask(self, method: str, target: str, token: str, headers: tuple[Header, ...]) -> Answer:
        sent = [("traceparent", TRACE), *headers]
        short, long = [await knock(way, method, target, token=token, headers=sent) for way in self._ways]
        tries = 10 if target.partition("?")[0] in ("/", "/pulse") else 0  # they tell of each second
        while told(short) != told(long) and tries:
            tries -= 1
            short, long = [await knock(way, method, target, token=token, headers=sent) for way in self._ways]
        assert told(short) == told(long), (method, target, headers)
        return short


@pytest.mark.asyncio(loop_scope="package")
async def test_both_ways_answer_alike(shared: School) -> None:
    people: dict[str, Person] = dict(zip(("learner", "instructor", "admin"), _three(shared), strict=True))
    tokens = {name: people[name].token if name in people else name for name in TOKENS}
    asked = 0
    for service in shared.platform.services.values():
        both = _Both(service, await service.container.get(TokenVerifier))
        for route in read_routes(service):
            for who, token in tokens.items():
                things = people.get(who, shared.learner).things
                for n, (method, target, headers) in enumerate(
                    variations(route.path_format, things, every=who == "admin")
                ):
                    before = both.long
                    answer = await both.ask(method, target, token, headers)
                    asked += 1
                    if n == 0:
                        assert both.long == before, f"{route.path_format} is not compiled"
                    if n == 0 and (tag := answer.header("etag")):
                        assert (await both.ask("GET", target, token, (("if-none-match", tag),))).status in (200, 304)
                    if n == 0 and answer.status == 200 and answer.body.startswith(b'{"items":'):
                        await _turned(both, target, token)
    assert asked > 800


async def _turned(both: _Both, target: str, token: str) -> None:
    first = await both.ask("GET", f"{target}&limit=1", token, ())
    if cursor := first.json["next"]:
        following = await both.ask("GET", f"{target}&limit=1&cursor={cursor}", token, ())
        assert following.json["items"] != first.json["items"]


def _three(school: School) -> tuple[Person, Person, Person]:
    return school.learner, school.instructor, school.admin


@pytest.mark.asyncio(loop_scope="package")
async def test_what_handlers_want_is_what_the_container_would_make(shared: School) -> None:
    entered, compared = set(), 0
    for service in shared.platform.services.values():
        for route in read_routes(service):
            handler = route.route_handler_map["GET"][0].fn
            kinds = wanted(getattr(handler, "__func__", handler))
            try:
                make = maker(service.container, kinds)
            except Unfit:
                entered.add(route.path_format)
                continue
            async with service.container() as scope:
                usual = {name: await scope.get(kind) for name, kind in kinds.items()}
            assert shape(make()(), {}) == shape(usual, {}), route.path_format
            compared += bool(kinds)
    assert entered == ENTERED
    assert compared > 20


def shape(thing: object, seen: dict[int, int]) -> object:
    """What our things are made of, and which parts are one and the same."""
    if id(thing) in seen:
        return seen[id(thing)]
    seen[id(thing)] = len(seen)
    parts: dict[str, object] = thing if isinstance(thing, dict) else {}
    if type(thing).__module__.startswith("services."):
        names = [*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ())]
        parts = {name: getattr(thing, name) for name in names}
    return type(thing), [(name, shape(part, seen)) for name, part in parts.items()]


async def test_a_fault_is_answered_alike_and_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ServiceUnderTest(USER, tmp_path) as one:
        both = _Both(one.running, await one.running.container.get(TokenVerifier))

        async def broken(*_: object) -> None:
            raise RuntimeError("the disk is gone")

        monkeypatch.setattr(one.running.database, "read", broken)
        answer = await both.ask("GET", "/api/v1/users/me", one.token("learner"), ())
    assert (answer.status, answer.problem, both.long) == (500, "internal", 0)
    assert b"disk" not in answer.body


def test_what_is_not_plain_is_not_compiled() -> None:
    async def other() -> int:
        return 1

    @get("/cached", cache=True)
    async def cached() -> dict[str, int]:
        return {}

    @get("/dependent", dependencies={"other": Provide(other)})
    async def dependent(other: NamedDependency[int]) -> dict[str, int]:
        return {"other": other}

    @get("/numbered/{number:int}")
    async def numbered(number: FromPath[int]) -> dict[str, int]:
        return {"number": number}

    app = Litestar([cached, dependent, numbered], openapi_config=None, logging_config=None)
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    assert [compiled(app, EMPTY, route) for route in routes] == [None] * 3


async def test_a_guard_with_a_rule_of_its_own_is_asked_that_rule() -> None:
    class Closed(Requires):
        async def __call__(self, connection: object, handler: object) -> None:
            raise NotFound

    @get("/closed", guards=[Closed("course:read")])
    async def closed() -> dict[str, int]:
        return {}

    app = Litestar([closed], exception_handlers={NotFound: refused}, openapi_config=None, logging_config=None)
    principal = Principal(UNKNOWN, frozenset({"admin"}), UNKNOWN, FakeClock().now())

    async def signed_in(scope: Any, receive: Any, send: Any) -> None:
        scope["principal"] = principal
        await Reads(app, EMPTY)(scope, receive, send)

    assert (await knock(signed_in, "GET", "/closed")).status == 404
