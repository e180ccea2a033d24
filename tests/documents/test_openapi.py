"""The merged OpenAPI document is one that strict tools take, and says everything a client must know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.architecture.house import SERVICES, endpoints
from tests.documents.checking import Document


@pytest.fixture(scope="module")
def document(openapi: dict[str, Any]) -> Document:
    return Document(openapi)


@pytest.fixture(scope="module")
def operations(openapi: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By method and path."""
    return {f"{m.upper()} {path}": o for path, item in openapi["paths"].items() for m, o in item.items()}


def test_it_is_valid(openapi: dict[str, Any]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(openapi).iter_errors()] == []


def test_it_has_every_endpoint(operations: dict[str, dict[str, Any]]) -> None:
    wanted = {f"{method} /api/v1{path}" for service in SERVICES for method, path, _ in endpoints(service)}
    assert set(operations) == wanted


def test_operations_are_named_once_by_service_and_verb(operations: dict[str, dict[str, Any]]) -> None:
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if not re.fullmatch(r"[a-z_]+\.[a-z_]+", i)] == []
    assert operations["POST /api/v1/courses/{course_id}/enrollments"]["operationId"] == "course.enroll"


def test_everything_is_described(document: Document, operations: dict[str, dict[str, Any]]) -> None:
    bare = []
    for name, operation in operations.items():
        parts = {"": operation, **{f"parameter {p['name']}": p for p in operation["parameters"]}}
        parts |= {status: document.resolved(answer) for status, answer in operation["responses"].items()}
        bare += [f"{name} {what}" for what, part in parts.items() if not part.get("description", "").strip()]
    assert bare == []


def test_tags_are_a_service_and_a_capability_and_say_what_it_is(
    openapi: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    told = {tag["name"]: tag["description"] for tag in openapi["tags"]}
    assert {tag for operation in operations.values() for tag in operation["tags"]} == set(told)
    assert [name for name, words in told.items() if not re.fullmatch(r"[a-z]+: [a-z ]+", name) or not words] == []


def test_every_example_fits_its_schema(document: Document) -> None:
    faults, seen = [], 0
    for pointer, node in document.nodes():
        if "schema" not in node:
            continue
        examples = [node["example"]] if "example" in node else []
        examples += [document.resolved(example)["value"] for example in node.get("examples", {}).values()]
        seen += len(examples)
        faults += [fault for value in examples for fault in document.faults(f"{pointer}/schema", value)]
    assert faults == []
    assert seen > 100


def test_what_goes_in_and_out_has_an_example(document: Document, operations: dict[str, dict[str, Any]]) -> None:
    def content(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for part in (operation.get("requestBody", {}), *map(document.resolved, operation["responses"].values())):
            yield from part.get("content", {}).values()

    without = [n for n, o in operations.items() if not all("example" in c or c.get("examples") for c in content(o))]
    without += [f"{n} {p['name']}" for n, o in operations.items() for p in o["parameters"] if "example" not in p]
    assert without == []


def test_every_refusal_has_its_type(document: Document, operations: dict[str, dict[str, Any]]) -> None:
    """Each status names its problems, by a constant that a generated client can tell them apart by."""
    types: dict[str, set[str]] = {}
    for name, operation in operations.items():
        for status, answer in operation["responses"].items():
            if status < "400":
                continue
            told = document.resolved(answer)
            [content] = told["content"].values()
            assert list(told["content"]) == ["application/problem+json"]
            options = content["schema"].get("oneOf", [content["schema"]])
            for option in options:
                own = document.resolved(option)["allOf"][1]["properties"]
                assert own["status"] == {"const": int(status)}, name
                types.setdefault(name, set()).add(own["type"]["const"])
            assert {document.resolved(e)["value"]["type"] for e in content["examples"].values()} <= types[name]
            assert len(content["examples"]) == len(options)
    enroll = types["POST /api/v1/courses/{course_id}/enrollments"]
    assert {"/problems/course/full", "/problems/course/already-enrolled", "/problems/gateway/late"} <= enroll


def test_who_signs_in_needs_a_permission(operations: dict[str, dict[str, Any]]) -> None:
    needs = {name: operation["security"] for name, operation in operations.items()}
    assert needs["POST /api/v1/auth/login"] == []
    assert needs["POST /api/v1/courses/{course_id}/enrollments"] == [{"bearer": ["course:enroll"]}]
    open_to_all = {name for name, need in needs.items() if not need}
    assert all("403" not in operations[name]["responses"] for name in open_to_all)
    assert all("403" in operations[name]["responses"] for name in set(operations) - open_to_all)


@pytest.mark.parametrize(
    ("operation", "status", "headers"),
    [
        ("GET /api/v1/users/me", "200", {"ETag", "traceparent", "RateLimit", "RateLimit-Policy"}),
        ("GET /api/v1/users/me", "304", {"ETag"}),
        ("GET /api/v1/users/me", "404", {"Retry-After"}),
        ("GET /api/v1/courses", "200", {"Link"}),
        ("GET /api/v1/courses", "401", {"WWW-Authenticate", "Content-Language"}),
        ("POST /api/v1/auth/login", "429", {"Retry-After", "RateLimit"}),
    ],
)
def test_answers_have_their_headers(
    document: Document, operations: dict[str, dict[str, Any]], operation: str, status: str, headers: set[str]
) -> None:
    assert headers <= set(document.resolved(operations[operation]["responses"][status])["headers"])


def test_what_was_made_has_its_address(operations: dict[str, dict[str, Any]]) -> None:
    for path in ("/api/v1/courses", "/api/v1/courses/{course_id}/enrollments"):
        assert "Location" in operations[f"POST {path}"]["responses"]["201"]["headers"]
    assert "Location" not in operations["POST /api/v1/billing/prices"]["responses"]["201"]["headers"]


def test_a_body_that_may_be_left_out_is_not_required(operations: dict[str, dict[str, Any]]) -> None:
    body = operations["POST /api/v1/courses/{course_id}/enrollments"]["requestBody"]
    assert body["required"] is False
    assert body["content"]["application/json"]["schema"]["$ref"].endswith("/EnrollBody")
    assert operations["POST /api/v1/courses"]["requestBody"]["required"] is True


def test_the_example_of_a_place_is_one_that_there_can_be(operations: dict[str, dict[str, Any]]) -> None:
    answer = operations["POST /api/v1/courses/{course_id}/enrollments"]["responses"]["201"]
    example = answer["content"]["application/json"]["example"]
    assert (example["status"], example["reason"]) == ("pending", None)
    assert example["price_id"] is not None
    assert example["amount"] > 0
    paid = operations["GET /api/v1/billing/payments/{payment_id}"]["responses"]["200"]
    assert paid["content"]["application/json"]["example"]["status"] == "succeeded"


def test_what_has_no_body_has_none(document: Document, operations: dict[str, dict[str, Any]]) -> None:
    for operation in operations.values():
        for status in {"204", "304"} & set(operation["responses"]):
            assert "content" not in document.resolved(operation["responses"][status])


def test_a_stream_is_a_stream(operations: dict[str, dict[str, Any]]) -> None:
    content = operations["GET /api/v1/notifications/stream"]["responses"]["200"]["content"]
    assert list(content) == ["text/event-stream"]
    assert re.fullmatch(r"id: \S+\ndata: \{.*\}\n\n", content["text/event-stream"]["example"])


def test_a_union_says_how_its_parts_differ(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    blocks = schemas["TopicBody"]["properties"]["blocks"]["items"]
    assert blocks["discriminator"]["propertyName"] == "kind"
    assert schemas["TextBlock"]["properties"]["kind"] == {"enum": ["text"]}


def test_bodies_refuse_what_they_do_not_know_and_answers_leave_nothing_out(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    assert schemas["CourseBody"]["additionalProperties"] is False
    assert set(schemas["CoursePage"]["required"]) == {"items", "next"}
