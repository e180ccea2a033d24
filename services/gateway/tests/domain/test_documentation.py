"""Many documents as one."""

from __future__ import annotations

from typing import Any

from services.gateway.domain.documentation import merge_openapi

PROBLEM = {"type": "object", "properties": {"status": {"type": "integer"}}}


def document(name: str, view: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A service with one endpoint that answers a `View`."""
    ref = {"$ref": "#/components/schemas/View"}
    operation = {"operationId": f"{name}.show", "tags": [f"{name}: things"], "responses": {"200": {"schema": ref}}}
    return {
        "paths": {f"/api/v1/{name}": {"get": operation}, "/internal/descriptor": {"get": {"tags": ["hidden"]}}},
        "components": {
            "schemas": {"View": view, "Problem": PROBLEM, **more},
            "securitySchemes": {"bearer": {"type": "http"}},
        },
    }


def merge(**services: dict[str, Any]) -> dict[str, Any]:
    owners = {f"/api/v1/{name}": name for name in services}
    return merge_openapi(services, title="all", version="1", owner=owners.get)


def test_what_means_the_same_stands_once() -> None:
    merged = merge(a=document("a", {"type": "string"}), b=document("b", {"type": "string"}))
    assert sorted(merged["components"]["schemas"]) == ["Problem", "View"]
    assert merged["components"]["securitySchemes"] == {"bearer": {"type": "http"}}
    assert merged["servers"] == [{"url": "/"}]


def test_what_means_two_things_bears_its_services_name() -> None:
    merged = merge(a=document("a", {"type": "string"}), b=document("b", {"type": "number"}))
    assert sorted(merged["components"]["schemas"]) == ["AView", "BView", "Problem"]
    answers = [merged["paths"][f"/api/v1/{n}"]["get"]["responses"]["200"]["schema"]["$ref"] for n in "ab"]
    assert answers == ["#/components/schemas/AView", "#/components/schemas/BView"]


def test_what_refers_to_two_things_means_two_things() -> None:
    page = {"items": {"$ref": "#/components/schemas/View"}}
    book = {"pages": [{"$ref": "#/components/schemas/Page"}]}
    merged = merge(
        a=document("a", {"type": "string"}, Page=page, Book=book),
        b=document("b", {"type": "number"}, Page=page, Book=book),
    )
    schemas = merged["components"]["schemas"]
    assert sorted(schemas) == ["ABook", "APage", "AView", "BBook", "BPage", "BView", "Problem"]
    assert schemas["BBook"] == {"pages": [{"$ref": "#/components/schemas/BPage"}]}
    assert schemas["BPage"] == {"items": {"$ref": "#/components/schemas/BView"}}


def test_only_paths_that_are_routed_to_the_service_are_told() -> None:
    merged = merge(a=document("a", {}), b=document("b", {}))
    assert sorted(merged["paths"]) == ["/api/v1/a", "/api/v1/b"]
    assert merged["tags"] == [{"name": "a: things"}, {"name": "b: things"}]


def test_nothing_is_a_document_too() -> None:
    assert merge()["paths"] == {}
