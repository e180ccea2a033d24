"""The platform's documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.gateway.tests.component.conftest import Opening


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def find(document: Any, reference: str) -> Any:
    assert reference.startswith("#/")
    for step in reference[2:].split("/"):
        document = document[step.replace("~1", "/").replace("~0", "~")]
    return document


async def test_one_openapi_document_of_everything(opened: Opening) -> None:
    async with opened() as client:
        answer = await client.get("/openapi.json")
        document = answer.json()
        assert (answer.status_code, document["openapi"], document["servers"][0]["url"]) == (200, "3.1.0", "/")
        operations = [o for item in document["paths"].values() for o in item.values()]
        ids = [operation["operationId"] for operation in operations]
        assert len(ids) == len(set(ids))
        assert "auth.login" in ids
        assert {path for path in document["paths"] if not path.startswith("/api/v1/")} == {"/xapi/about"}
        for reference in references(document):
            find(document, reference)
        schemes = document["components"]["securitySchemes"]
        assert list(schemes) == ["bearer"]
        assert {name for o in operations for need in o.get("security", []) for name in need} <= set(schemes)
        assert {tag for o in operations for tag in o["tags"]} == {tag["name"] for tag in document["tags"]}
        assert "Problem" in document["components"]["schemas"]
        assert (await client.get("/openapi.json")).content == answer.content


async def test_one_asyncapi_document_of_everything(opened: Opening) -> None:
    async with opened() as client:
        document = (await client.get("/asyncapi.json")).json()
        assert document["asyncapi"] == "3.0.0"
        assert "UserCreated" in document["components"]["messages"]
        for reference in references(document):
            find(document, reference)


async def test_the_index_leads_on(opened: Opening) -> None:
    async with opened() as client:
        index = (await client.get("/")).json()
        assert [service["name"] for service in index["services"]] == ["auth"]
        assert index["services"][0]["paths"] == ["/api/v1/auth", "/xapi", "/dev/mailbox"]
        for link in index["links"].values():
            assert (await client.get(link)).status_code == 200


async def test_requests_are_measured_by_route(opened: Opening) -> None:
    async with opened() as client:
        await client.get("/api/v1/auth/keys")
        metrics = (await client.get("/metrics")).text
        assert (
            'lms_http_request_seconds_count{method="GET",route="/api/v1/auth",service="gateway",status="200"}'
            in metrics
        )
        assert (await client.get("/health/live")).json() == {"status": "ok"}
