"""Every collection speaks the one grammar, and each order that it may be sorted by is a range of an index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from litestar.handlers import HTTPRouteHandler

from lms_adapters.testing.service import ServiceUnderTest
from lms_adapters.web.collection import Collection
from lms_adapters.web.pagination import write_cursor
from lms_core.testing.fakes import MORNING, fake_id
from tests.architecture.house import SERVICES, WITHOUT_A_DATABASE, endpoints, manifest

API = "/api/v1"
WHOLE = {"/auth/demo-accounts"}
"""Lists that are short by nature and come all at once."""
SAMPLES: dict[Any, Any] = {UUID: str(fake_id(1)), datetime: MORNING.isoformat(), int: 1, str: "a"}


def collection_of(handler: HTTPRouteHandler) -> Collection | None:
    """What a handler lists."""
    provided = (handler.dependencies or {}).get("wanted")
    owner = getattr(getattr(provided, "dependency", None), "__self__", None)
    return owner if isinstance(owner, Collection) else None


def collections(service: str) -> Iterator[tuple[str, Collection]]:
    for _, path, handler in endpoints(service):
        if (collection := collection_of(handler)) is not None:
            yield f"{API}{path}", collection


WITH_COLLECTIONS = [name for name in SERVICES if name not in WITHOUT_A_DATABASE and any(collections(name))]


@pytest.mark.parametrize("service", SERVICES)
def test_what_answers_pages_speaks_the_grammar(service: str) -> None:
    for _, path, handler in endpoints(service):
        if path in WHOLE:
            continue
        answers = str(get_type_hints(handler.fn)["return"])
        assert ("Page[" in answers or "InboxView" in answers) == (collection_of(handler) is not None), path


@pytest.mark.parametrize("service", WITH_COLLECTIONS)
async def test_each_order_has_its_index(service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for over HTTP, first page and following; what was run is explained by the database."""
    async with ServiceUnderTest(manifest(service), tmp_path) as running:
        database: Any = running.running.database
        read, asked = database.read, list[tuple[str, Any]]()

        async def noting(sql: str, args: Any) -> Any:
            asked.append((sql, args))
            return await read(sql, args)

        monkeypatch.setattr(database, "read", noting)
        client = running.client("admin")
        for path, collection in collections(service):
            for query in queries(path, collection):
                asked.clear()
                answer = await client.get(f"{path}?{query}")
                assert answer.status_code == 200, answer.text
                [(sql, args)] = [(sql, args) for sql, args in asked if "ORDER BY" in sql]
                plan = [row[-1] for row in await read(f"EXPLAIN QUERY PLAN {sql}", args)]
                assert not [step for step in plan if "TEMP B-TREE" in step], (path, query, plan)


def queries(path: str, collection: Collection) -> Iterator[str]:
    """Each order, from the beginning and from the middle."""
    grammar = collection.grammar
    narrowed = "&".join(f"{name}={SAMPLES[UUID]}" for name in grammar.required)
    for sort in grammar.sorts:
        query = f"{narrowed}&sort={sort}"
        asked = grammar.read(path, query.encode())
        yield query
        yield f"{query}&cursor={write_cursor((asked.digest, *after(collection, asked.sort)))}"


def after(collection: Collection, sort: str) -> tuple[Any, Any]:
    """A place in the order."""
    samples = [SAMPLES.get(getattr(kind, "__origin__", kind)) for kind in collection.grammar.keys[sort].__args__[1:]]
    return samples[0], samples[1]


NASTY = [
    *("", "0", "-1", "9007199254740991", "9223372036854775808", "a%00b", "%F0%9F%92%A9", "'--", "true", "null", "~"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00"),
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
]


async def whatever_is_asked_is_answered(running: ServiceUnderTest, service: str) -> None:
    """200, or 400 at the place of the fault; and never anything else."""
    client = running.client("admin")
    for path, collection in collections(service):
        required = "&".join(f"{name}={SAMPLES[UUID]}" for name in collection.grammar.required)
        for parameter in collection.grammar.known:
            for value in (*NASTY, *SAMPLES.values()):
                answer = await client.get(f"{path}?{required}&{parameter}={str(value).replace('+', '%2B')}")
                assert answer.status_code in (200, 400), (path, parameter, value, answer.text)
                if answer.status_code == 400:
                    assert answer.json()["errors"][0]["pointer"] == f"#/{parameter}"


@pytest.mark.parametrize("service", WITH_COLLECTIONS)
async def test_whatever_is_asked_is_answered(service: str, tmp_path: Path) -> None:
    async with ServiceUnderTest(manifest(service), tmp_path) as running:
        await whatever_is_asked_is_answered(running, service)


@pytest.mark.engine
@pytest.mark.parametrize("service", WITH_COLLECTIONS)
async def test_whatever_is_asked_is_answered_on_postgresql(service: str, tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(manifest(service), tmp_path, {"LMS_DATABASE_URL": database_url}) as running:
        await whatever_is_asked_is_answered(running, service)
