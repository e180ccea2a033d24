"""Entity tags at every door: 304 while nothing is new, 428 and 412 before anything is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import get_type_hints

from lms_adapters.web.collection import Collection
from tests.architecture.house import SERVICES, endpoints
from tests.security import requests
from tests.security.matrix import Endpoint, known
from tests.security.school import Person, School, opened

WITHOUT = {
    "/auth/jwks": "public, and cached by age",
    "/auth/demo-accounts": "a page for development",
    "/notifications/stream": "a stream",
}
"""What is read without an entity tag, and why."""


def taking(parameter: str) -> set[tuple[str, str]]:
    """Method and path of the endpoints whose handlers take it."""
    return {
        (method, path)
        for service in SERVICES
        for method, path, handler in endpoints(service)
        if parameter in get_type_hints(handler.fn)
    }


def collections() -> Iterator[str]:
    for service in SERVICES:
        for _, path, handler in endpoints(service):
            provided = (handler.dependencies or {}).get("wanted")
            if isinstance(getattr(getattr(provided, "dependency", None), "__self__", None), Collection):
                yield path


def test_every_single_resource_has_a_tag_and_every_change_wants_it() -> None:
    singles = {(e.method, e.path) for e in known() if e.method == "GET" and e.path not in WITHOUT}
    assert taking("if_none_match") == {one for one in singles if one[1] not in set(collections())}
    assert taking("if_match") == {(e.method, e.path) for e in known() if e.method in ("PUT", "PATCH")}


async def test_every_tag_does_what_it_says(tmp_path: Path) -> None:
    async with opened(tmp_path) as school:
        await school.furnish()
        read, changed = taking("if_none_match"), taking("if_match")
        wrong = []
        for endpoint in known():
            if (endpoint.method, endpoint.path) in read | changed:
                what = reading if endpoint.method == "GET" else changing
                wrong += [f"{endpoint.operation}: {fault}" async for fault in what(school, endpoint)]
        assert not wrong, "\n".join(wrong)


def caller(school: School, endpoint: Endpoint) -> Person:
    people = {"learner": school.learner, "instructor": school.instructor, "admin": school.admin}
    return people[endpoint.least_role]


async def reading(school: School, endpoint: Endpoint) -> AsyncIterator[str]:
    """What is wrong with a GET."""
    who = caller(school, endpoint)
    path = endpoint.path.format_map(requests.own(school, who, endpoint.operation))
    first = await school.ask(who, "GET", path)
    tag = first.header("etag")
    if first.status != 200 or tag is None:
        yield f"{first.status}, tag {tag}"
        return
    again = await school.ask(who, "GET", path, headers=[("if-none-match", f'"1", W/{tag}')])
    if (again.status, again.body, again.header("etag")) != (304, b"", tag):
        yield f"{again.status} to a tag that is current"
    if (await school.ask(who, "GET", path, headers=[("if-none-match", '"1"')])).status != 200:
        yield "304 to a tag that was never given out"
    for other in school.everybody:
        plain = await school.ask(other, "GET", path)
        tagged = await school.ask(other, "GET", path, headers=[("if-none-match", tag)])
        if tagged.status == 304 and plain.body != first.body:
            yield f"{other.name} is told 304 and would be shown something else"


async def changing(school: School, endpoint: Endpoint) -> AsyncIterator[str]:
    """What is wrong with a PUT or PATCH."""
    who = caller(school, endpoint)
    of = requests.own(school, who, endpoint.operation)
    path, body = endpoint.path.format_map(of), requests.BODIES[endpoint.operation](school, of)
    before = await school.ask(who, "GET", path)
    old = before.header("etag") or ""
    for tags, status in (([], 428), (['"999"'], 412), (["*"], 412), ([f"W/{old}"], 412), ([f"{old}, {old}"], 412)):
        answer = await school.ask(who, endpoint.method, path, body, headers=[("if-match", tag) for tag in tags])
        if answer.status != status:
            yield f"{answer.status} to {tags}, not {status}"
    if (await school.ask(who, "GET", path)).body != before.body:
        yield "it was refused, and something was changed"
    answer = await school.ask(who, endpoint.method, path, body, headers=[("if-match", old)])
    if answer.status != 200 or not answer.header("etag"):
        yield f"{answer.status}, tag {answer.header('etag')}, to the tag that is current"
    elif (await school.ask(who, "GET", path)).body != answer.body:
        yield "what it answered is not what it is now"
