"""Many documents as one."""

from __future__ import annotations

from typing import Any

from services.gateway.domain.documentation import Everywhere, merge_openapi

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
    return merge_openapi(services, info={"title": "all"}, owner=owners.get)


def test_what_means_the_same_stands_once() -> None:
    merged = merge(a=document("a", {"type": "string"}), b=document("b", {"type": "string"}))
    assert sorted(merged["components"]["schemas"]) == ["Problem", "View"]
    assert merged["components"]["securitySchemes"] == {"bearer": {"type": "http"}}
    assert [server["url"] for server in merged["servers"]] == ["/"]


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


def refusal(name: str, **headers: Any) -> dict[str, Any]:
    """An answer that is one problem."""
    content = {"schema": {"$ref": f"#/components/schemas/{name}Problem"}, "examples": {f"{name}Problem": {}}}
    return {"description": name, "headers": headers, "content": {"application/problem+json": content}}


def test_what_the_gateway_adds_is_in_every_answer() -> None:
    documents = {name: document(name, {}) for name in "ab"}
    documents["a"]["paths"]["/api/v1/a"]["get"]["responses"]["400"] = refusal("Invalid")
    everywhere = Everywhere(headers={"RateLimit": {}}, refusals={"400": refusal("BadPath"), "504": refusal("Late")})
    owners = {"/api/v1/a": "a", "/api/v1/b": "b"}
    merged = merge_openapi(documents, info={}, owner=owners.get, everywhere=everywhere)
    answers = merged["paths"]["/api/v1/a"]["get"]["responses"]
    assert list(answers) == ["200", "400", "504"]
    assert answers["200"]["headers"] == answers["400"]["headers"] == {"RateLimit": {}}
    assert answers["400"]["description"] == "Invalid; BadPath"
    kinds = [{"$ref": f"#/components/schemas/{name}Problem"} for name in ("Invalid", "BadPath")]
    assert answers["400"]["content"]["application/problem+json"]["schema"] == {"oneOf": kinds}


def test_refusals_that_operations_share_are_written_once() -> None:
    everywhere = Everywhere(refusals={"504": refusal("Late")})
    owners = {"/api/v1/a": "a", "/api/v1/b": "b"}
    merged = merge_openapi(
        {name: document(name, {}) for name in "ab"}, info={}, owner=owners.get, everywhere=everywhere
    )
    for path in owners:
        assert merged["paths"][path]["get"]["responses"]["504"] == {"$ref": "#/components/responses/Late"}
    assert merged["components"]["responses"] == {"Late": refusal("Late")}


def test_a_name_that_begins_with_its_services_stays_as_it_is() -> None:
    merged = merge(view=document("view", {"type": "string"}), b=document("b", {"type": "number"}))
    assert sorted(merged["components"]["schemas"]) == ["BView", "Problem", "View"]


def test_a_union_tells_its_parts_by_their_new_names() -> None:
    union = {"discriminator": {"propertyName": "kind", "mapping": {"view": "#/components/schemas/View"}}}
    merged = merge(a=document("a", {"type": "string"}, Union=union), b=document("b", {"type": "number"}))
    assert merged["components"]["schemas"]["Union"]["discriminator"]["mapping"] == {
        "view": "#/components/schemas/AView"
    }
