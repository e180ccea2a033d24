"""The grammar of collections: what is understood, what is refused and how, and how it is documented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import UUID

import pytest
from litestar import Controller, Litestar, Response
from litestar.params import FromQuery
from litestar.testing import create_async_test_client

from lms_adapters.web.auth import anyone
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.messages import View
from lms_adapters.web.pagination import write_cursor
from lms_adapters.web.problems import document, refused
from lms_core.domain.errors import Invalid, Refusal
from lms_core.domain.selection import Filter, Selection
from lms_core.testing.fakes import MORNING, fake_id


class BookView(View, kw_only=True):
    id: UUID
    title: str
    kind: Literal["novel", "poems"]
    pages: int
    lent_at: datetime | None
    added_at: datetime


@dataclass(frozen=True)
class Book:
    id: UUID
    title: str = "Engines"
    kind: str = "novel"
    pages: int = 7
    lent_at: datetime | None = None
    added_at: datetime = MORNING


BOOKS = Collection(
    BookView,
    sort=("-added_at", "title"),
    filters=("id", "kind", "pages", "lent_at", "added_at", "title"),
    more={"worn": bool},
    beside=("shelf",),
)
READERS = Collection(BookView, sort=("title",), filters=("id",), required=("id",))


def read(query: str) -> Selection:
    return BOOKS.grammar.read("/books", query.encode())


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("kind=novel", [Filter("kind", "any", ("novel",))]),
        ("kind=novel&kind=poems", [Filter("kind", "any", ("novel", "poems"))]),
        (f"id={fake_id(1)}&id={fake_id(2)}", [Filter("id", "any", (fake_id(1), fake_id(2)))]),
        ("pages.ge=10&pages.lt=20", [Filter("pages", "lt", 20), Filter("pages", "ge", 10)]),
        ("lent_at.null=true", [Filter("lent_at", "null", True)]),
        ("worn=false", [Filter("worn", "any", (False,))]),
        ("title=%C3%84ther%20%26", [Filter("title", "any", ("Äther &",))]),
        ("added_at.gt=2026-03-02T10:00:00%2B01:00", [Filter("added_at", "gt", datetime(2026, 3, 2, 9, tzinfo=UTC))]),
        ("", []),
        ("shelf=3", []),
    ],
)
def test_filters(query: str, filters: list[Filter]) -> None:
    assert list(read(query).filters) == filters


@pytest.mark.parametrize(
    ("query", "order"),
    [("", ("added_at", True)), ("sort=added_at", ("added_at", False)), ("sort=-title", ("title", True))],
)
def test_sorts(query: str, order: tuple[str, bool]) -> None:
    asked = read(query)
    assert (asked.sort, asked.descending) == order


def test_a_page_has_room_for_all_that_were_named() -> None:
    ids = "&".join(f"id={fake_id(n)}" for n in range(100))
    assert (read(ids).limit, read(f"{ids}&limit=3").limit, read("").limit) == (100, 3, 50)


@pytest.mark.parametrize(
    ("query", "pointer", "word"),
    [
        ("kinds=novel", "#/kinds", "kind"),
        ("added_at.gte=2026-01-01T00:00:00Z", "#/added_at.gte", "added_at.g"),
        ("offset=3", "#/offset", "known"),
        ("kind=drama", "#/kind", "novel, poems"),
        ("kind.ge=novel", "#/kind.ge", "kind"),
        ("id=7", "#/id", "UUID"),
        ("pages=few", "#/pages", "whole number"),
        ("pages=99999999999999999999", "#/pages", "whole number"),
        ("added_at.ge=2026-01-01", "#/added_at.ge", "moment"),
        ("added_at.ge=2026-01-01T00:00:00", "#/added_at.ge", "offset"),
        ("lent_at.null=perhaps", "#/lent_at.null", "true or false"),
        ("title=", "#/title", "characters"),
        ("sort=pages", "#/sort", "-added_at, added_at, title, -title"),
        ("sort=title&sort=-title", "#/sort", "may stand once"),
        ("pages.ge=1&pages.ge=2", "#/pages.ge", "may stand once"),
        ("&".join(["kind=novel"] * 101), "#/kind", "at most 100"),
        ("limit=0", "#/limit", "1 to 200"),
        ("limit=201", "#/limit", "1 to 200"),
        ("limit=%D9%A1", "#/limit", "1 to 200"),
        ("cursor=x", "#/cursor", "no cursor"),
        ("title=a%00b", "#/title", "control"),
        ("added_at.ge=0001-01-01T00:00:00%2B14:00", "#/added_at.ge", "moment"),
        ("a~/b=1", "#/a~0~1b", "known"),
        ("&".join(["x"] * 501), "", "at most 500"),
        ("cursor=%F0", "", "UTF-8"),
        ("title=%ff", "", "UTF-8"),
    ],
)
def test_what_is_not_declared_is_refused_at_its_place(query: str, pointer: str, word: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(query)
    problem = _problem(refusal.value)
    if pointer:
        [problem] = problem["errors"]
        assert problem["pointer"] == pointer
    assert word in problem["detail"]


def _problem(refusal: Invalid) -> dict[str, Any]:
    return document(refusal, "/books")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        read("kinds=x&limit=0&sort=x")
    assert [f["pointer"] for f in _problem(refusal.value)["errors"]] == ["#/kinds", "#/sort", "#/limit"]


def test_not_every_one_of_many_unknown_parameters_is_told() -> None:
    with pytest.raises(Invalid) as refusal:
        read("&".join(f"x{n}={n}" for n in range(400)))
    assert len(_problem(refusal.value)["errors"]) == 20


def test_a_cursor_that_was_tampered_with_is_none() -> None:
    digest = BOOKS.grammar.read("/books", b"").digest
    keys: list[Any] = [
        (digest, "0001-01-01T00:00:00+14:00", fake_id(1)),
        (digest, 7, fake_id(1)),
        (digest,),
        {},
        None,
        7,
    ]
    for key in keys:
        with pytest.raises(Invalid, match="is no cursor of this collection"):
            read(f"cursor={write_cursor(key)}")


def test_what_is_required_is_asked_for() -> None:
    with pytest.raises(Invalid) as refusal:
        READERS.grammar.read("/readers", b"")
    assert _problem(refusal.value)["errors"] == [{"pointer": "#/id", "detail": "is required"}]


def test_nothing_is_sorted_by_what_may_be_null() -> None:
    with pytest.raises(TypeError, match="lent_at"):
        Collection(BookView, sort=("lent_at",))


class BooksController(Controller):
    path = "/books"

    @BOOKS.get(guards=[anyone])
    async def list_books(self, wanted: Wanted, shelf: FromQuery[int] = 1) -> Response[Page[BookView]]:
        found = [Book(id=fake_id(n), title=f"{shelf}") for n in range(wanted.limit + 1)]
        return BOOKS.page(wanted, found)


def serving() -> Any:
    return create_async_test_client([BooksController], exception_handlers={Refusal: refused})


async def test_the_next_page_is_linked_and_keeps_what_was_asked() -> None:
    query = f"/books?shelf=2&kind=novel&limit=2&title={quote('Äther & &')}"
    async with serving() as client:
        answer = await client.get(query)
        page = answer.json()
        assert (len(page["items"]), page["items"][0]["title"]) == (2, "2")
        link = answer.headers["link"]
        assert link.endswith('>; rel="next"')
        following = urlsplit(link[1:].partition(">")[0])
        asked = parse_qs(following.query)
        assert asked == {
            "shelf": ["2"],
            "kind": ["novel"],
            "limit": ["2"],
            "title": ["Äther & &"],
            "cursor": [page["next"]],
        }
        assert (await client.get(f"{query}&cursor={page['next']}")).status_code == 200


async def test_a_cursor_belongs_to_its_order_its_filters_and_its_collection() -> None:
    async with serving() as client:
        cursor = (await client.get("/books?kind=novel&limit=2")).json()["next"]
        fine = await client.get(f"/books?kind=novel&limit=5&cursor={cursor}")
        assert fine.status_code == 200, "another size of page is no other question"
        for query in ("kind=poems", "", "kind=novel&sort=title", "kind=novel&sort=added_at", "kind=novel&pages=7"):
            answer = await client.get(f"/books?{query}&limit=2&cursor={cursor}")
            [fault] = answer.json()["errors"]
            assert (answer.status_code, fault["pointer"]) == (400, "#/cursor"), query


def test_only_short_queries_are_remembered() -> None:
    """What is kept of those that clients make up has a bound."""
    short, long = (urlencode([("title", "x" * 200)] * times).encode() for times in (1, 90))
    for query, again in ((short, True), (long, False)):
        scope: Any = {"path": "/books", "query_string": query}
        assert (BOOKS._read(scope) is BOOKS._read(scope)) is again


async def test_each_parameter_is_documented_with_an_example() -> None:
    app = Litestar([BooksController])
    [path] = app.openapi_schema.to_schema()["paths"].values()
    parameters = {p["name"]: p for p in path["get"]["parameters"]}
    assert {p for p in parameters if p not in ("shelf", "cursor", "title")} == {
        *("id", "kind", "pages", "pages.lt", "pages.le", "pages.gt", "pages.ge", "lent_at", "lent_at.lt", "lent_at.le"),
        *("lent_at.gt", "lent_at.ge", "lent_at.null", "added_at", "added_at.lt", "added_at.le", "added_at.gt"),
        *("added_at.ge", "worn", "sort", "limit"),
    }
    assert all(p["description"] for name, p in parameters.items() if name != "shelf")
    assert parameters["kind"]["schema"]["items"]["enum"] == ["novel", "poems"]
    assert parameters["sort"]["schema"]["enum"] == ["-added_at", "added_at", "title", "-title"]
    for name in set(parameters) - {"shelf", "cursor"}:
        schema = parameters[name]["schema"]
        for example in schema.get("items", schema).get("examples", ()):
            text = str(example).lower() if isinstance(example, bool) else str(example)
            assert read(f"{name}={quote(text)}")
