"""Where in the request a fault is, as a JSON pointer (RFC 6901)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from litestar import post
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import FromQuery, HeaderParameter, JSONBody
from litestar.testing import create_async_test_client

from lms_adapters.web.messages import Body
from lms_adapters.web.problems import fault, http_error, invalid_input


class Part(Body, frozen=True, kw_only=True):
    pages: int = 0


class Thing(Body, frozen=True, kw_only=True):
    title: str
    parts: list[Part] = msgspec.field(default_factory=list)


@post("/things")
async def add(
    data: JSONBody[Thing], limit: FromQuery[int] = 1, after: Annotated[int, HeaderParameter(name="Last-Event-ID")] = 0
) -> None: ...


@pytest.mark.parametrize(
    ("body", "query", "pointer"),
    [
        ({"title": 7}, "", "#/title"),
        ({}, "", "#/title"),
        ({"title": "a", "colour": "red"}, "", "#/colour"),
        ({"title": "a", "parts": [{}, {"pages": "two"}]}, "", "#/parts/1/pages"),
        ({"title": "a", "parts": [{"a/b~c": 1}]}, "", "#/parts/0/a~1b~0c"),
        ([], "", "#"),
        ("thing", "", "#"),
        (None, "", "#"),
        ({"title": "a"}, "?limit=many", "#/limit"),
    ],
)
async def test_faults_are_pointed_at(body: Any, query: str, pointer: str) -> None:
    async with create_async_test_client([add], exception_handlers={ValidationException: invalid_input}) as client:
        answer = await client.post(f"/things{query}", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, "/problems/invalid")
    assert [e["pointer"] for e in problem["errors"]] == [pointer]
    assert "data" not in problem["errors"][0]["detail"]


def test_a_fault_without_a_place_is_the_whole() -> None:
    assert fault("", "no") == {"pointer": "#", "detail": "no"}


async def test_a_405_says_it_once() -> None:
    async with create_async_test_client([add], exception_handlers={HTTPException: http_error}) as client:
        answer = await client.get("/things")
    assert (answer.status_code, answer.json()["title"], "detail" in answer.json()) == (405, "Method Not Allowed", False)


async def test_a_header_is_pointed_at_by_its_name() -> None:
    async with create_async_test_client([add], exception_handlers={ValidationException: invalid_input}) as client:
        answer = await client.post("/things", json={"title": "a"}, headers={"last-event-id": "x"})
    [told] = answer.json()["errors"]
    assert told["pointer"] == "#/Last-Event-ID"
    assert answer.json()["detail"] == told["detail"], "a fault that is alone is the detail as well"
