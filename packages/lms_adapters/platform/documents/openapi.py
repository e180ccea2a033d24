"""A service's OpenAPI 3.1 document, from its manifest, its handlers and its use cases."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Litestar

from lms_adapters.platform.documents.endpoints import Endpoint, Parameter, endpoints
from lms_adapters.platform.documents.examples import COMMON, Examples
from lms_adapters.platform.documents.problems import components as problem_components, refusals
from lms_adapters.platform.documents.schemas import REF, Schema, said, schemas
from lms_adapters.platform.service import Service
from lms_core.domain.events import encode

HEADERS: dict[str, Any] = {
    "Content-Language": {
        "description": "The language of `title` and `detail`, as `Accept-Language` asked for it.",
        "schema": {"type": "string"},
        "example": "en",
    },
    "ETag": {
        "description": "The version of what is answered; send it back as `If-Match` or `If-None-Match`.",
        "schema": {"type": "string"},
        "example": COMMON["If-Match"],
    },
    "Link": {
        "description": 'The address of the next page, with `rel="next"` (RFC 8288); absent on the last.',
        "schema": {"type": "string"},
        "example": f'</api/v1/courses?cursor={COMMON["cursor"]}>; rel="next"',
    },
    "Location": {
        "description": "Where that is which was made (RFC 9110, section 10.2.2).",
        "schema": {"type": "string"},
        "example": "/api/v1/courses/01a21ec2-e3fc-7000-b6ad-d3941bbe8843",
    },
    "Retry-After": {
        "description": "In how many seconds to ask again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 1,
    },
    "WWW-Authenticate": {
        "description": "What to sign in with (RFC 9110, section 11.6.1).",
        "schema": {"type": "string"},
        "example": "Bearer",
    },
    "traceparent": {
        "description": "The trace of this request (W3C Trace Context): its id is in events, jobs, mails and logs.",
        "schema": {"type": "string"},
        "example": f"00-{COMMON['trace_id']}-b7ad6b7169203331-01",
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text the client has not used before: the request, sent again with it, still has one effect.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]*$"},
    "example": "5c2d1f2e-8a41-4f0b-9c36-6a1f0b7c9d11",
}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access token of `auth.login`. What an operation requires of it is a permission.",
}


def openapi(service: Service, version: str, app: Litestar) -> dict[str, Any]:
    """The document of a service whose app is built."""
    told = sorted(endpoints(service, app), key=lambda one: (one.path, one.method))
    types = {repr(t): t for one in told for t in _types(one)}
    found, components = schemas(list(types.values()))
    write = Writer(dict(zip(types, found, strict=True)), components)
    paths: dict[str, Any] = {}
    for one in told:
        paths.setdefault(one.path, {})[one.method] = write.operation(one)
    problems = problem_components(kind for one in told for kinds in one.refusals.values() for kind in kinds)
    tags = {one.tag: {"name": one.tag, "description": one.about} for one in told}
    return {
        "openapi": "3.1.0",
        "info": {"title": service.name, "version": version, "description": service.summary},
        "tags": [tags[name] for name in sorted(tags)],
        "paths": paths,
        "components": {
            "schemas": components | problems["schemas"],
            "examples": problems["examples"],
            "headers": HEADERS,
            "securitySchemes": {"bearer": _BEARER},
        },
    }


def _types(one: Endpoint) -> list[Any]:
    whole = [one.body, one.answer, one.event, *(parameter.type for parameter in one.parameters)]
    return [kind for kind in whole if kind is not None]


class Writer:
    """Writes operations with the schemas of a service."""

    def __init__(self, schemas: Mapping[str, Schema], components: Mapping[str, Schema]) -> None:
        """`schemas` by how their types are written."""
        self._schemas = schemas
        self._components = components
        self._examples = Examples(components)

    def operation(self, one: Endpoint) -> dict[str, Any]:
        """An endpoint as an OpenAPI operation."""
        parameters = [self._parameter(parameter) for parameter in one.parameters]
        parameters += [self._documented(parameter) for parameter in one.documented]
        return {
            "tags": [one.tag],
            "summary": one.summary,
            "description": one.description or f"{one.summary}.",
            "operationId": one.id,
            "parameters": [*parameters, *([_KEY] if one.method == "post" else [])],
            **({"requestBody": {"required": one.body_required, "content": self._json(one.body)}} if one.body else {}),
            "responses": self._responses(one),
            "security": [{"bearer": [one.permission]}] if one.permission else [],
        }

    def _parameter(self, told: Parameter) -> dict[str, Any]:
        schema = self._schemas[repr(told.type)]
        options = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
        if not told.required and len(options) == 1:  # what is absent is null
            [schema] = options
        if told.default is not None:
            schema = {**schema, "default": told.default}
        id_of = told.name.removesuffix("_id").replace("_", " ") if told.name.endswith("_id") else ""
        return {
            "name": told.name,
            "in": told.where,
            "required": told.required,
            "description": told.description or schema.get("description") or (id_of and f"The {id_of}'s id."),
            "schema": schema,
            "example": self._examples.of(schema, told.name),
        }

    def _documented(self, given: dict[str, Any]) -> dict[str, Any]:
        """A parameter as the handler documents it, without what Litestar says of every one, and with an example."""
        kept = {name: value for name, value in given.items() if value is not False}
        return {**kept, "example": self._examples.of(given["schema"], given["name"])}

    def _json(self, kind: Any) -> dict[str, Any]:
        schema = self._schemas[repr(kind)]
        return {"application/json": {"schema": schema, "example": self._examples.of(schema)}}

    def _responses(self, one: Endpoint) -> dict[str, Any]:
        found = {str(one.status): self._answer(one)}
        if one.takes("If-None-Match"):
            found["304"] = {"description": "You have the current version.", "headers": _headers("ETag")}
        found |= {str(status): refusals(kinds) for status, kinds in one.refusals.items()}
        for response in found.values():
            response["headers"] = response.get("headers", {}) | _headers("traceparent")
        return found

    def _answer(self, one: Endpoint) -> dict[str, Any]:
        if one.streams:
            return self._stream(one.event)
        if one.answer is None:
            return {"description": "It is done; there is nothing to tell."}
        schema = self._schemas[repr(one.answer)]
        whole = self._components.get(schema.get("$ref", "").removeprefix(REF), schema)
        words = whole.get("description") or f"The {said(whole['title'])}." if "title" in whole else ""
        headers = ["ETag"] if one.takes("If-Match") or one.takes("If-None-Match") else []
        headers += ["Link"] if one.takes("cursor") else []
        headers += ["Location"] if one.tells_where else []
        return {
            "description": words or HTTPStatus(one.status).phrase,
            "headers": _headers(*headers),
            "content": self._json(one.answer),
        }

    def _stream(self, event: Any) -> dict[str, Any]:
        content: dict[str, Any] = {"schema": {"type": "string"}}
        words = "Events as they happen (HTML Standard, section 9.2)."
        if event is not None:
            data = self._examples.of(self._schemas[repr(event)])
            content["example"] = f"id: {data.get('id', 1)}\ndata: {encode(data).decode()}\n\n"
            words += f" The data of each is a `{event.__name__}`."
        return {"description": words, "content": {"text/event-stream": content}}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
