"""Refusals in an OpenAPI document: a schema and an example for each type, so that a client can tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lms_adapters.platform.documents.examples import COMMON, Examples
from lms_adapters.platform.documents.fields import words
from lms_adapters.platform.documents.schemas import REF, Schema, schemas
from lms_adapters.web.problems import MEDIA_TYPE, Problem, status_of
from lms_core.domain.errors import Invalid, Refusal, Unauthenticated, Waiting

_ERRORS = [{"pointer": "#/email", "detail": "is not an e-mail address"}]


def name_of(kind: type[Refusal]) -> str:
    """`course/full` is the `CourseFullProblem`."""
    return "".join(word.capitalize() for word in re.split(r"\W+", kind.code)) + "Problem"


def refusals(kinds: Iterable[type[Refusal]]) -> dict[str, Any]:
    """The answer that is one of these kinds, which share a status."""
    by_code = {kind.code: kind for kind in sorted(kinds, key=lambda kind: kind.code)}
    refs = [{"$ref": REF + name_of(kind)} for kind in by_code.values()]
    examples = {name_of(kind): {"$ref": f"#/components/examples/{name_of(kind)}"} for kind in by_code.values()}
    answer: dict[str, Any] = {
        "description": "; ".join(f"{kind.title()} (`/problems/{code}`)" for code, kind in by_code.items()),
        "content": {MEDIA_TYPE: {"schema": refs[0] if len(refs) == 1 else {"oneOf": refs}, "examples": examples}},
    }
    headers = ["Content-Language"]
    if any(issubclass(kind, Waiting) for kind in by_code.values()):
        headers.append("Retry-After")
    if any(issubclass(kind, Unauthenticated) for kind in by_code.values()):
        headers.append("WWW-Authenticate")
    return answer | {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers}}


def components(kinds: Iterable[type[Refusal]], status: dict[str, int] | None = None) -> dict[str, dict[str, Any]]:
    """The schemas and examples of these kinds; `status` by code where it is not the kind's."""
    by_code = {kind.code: kind for kind in kinds}
    told = dict.fromkeys(kind.tells for kind in by_code.values() if kind.tells is not None)
    _, found = schemas([Problem, *told])
    facts = {kind: _described(kind, found.pop(kind.__name__)) for kind in told}
    say, examples = Examples(found), {}
    for kind in by_code.values():
        number = (status or {}).get(kind.code) or status_of(kind)
        own = facts[kind.tells] if kind.tells is not None else {"properties": {}, "required": []}
        found[name_of(kind)] = _schema(kind, number, own)
        shown = {name: say.of(part, name) for name, part in own["properties"].items()}
        examples[name_of(kind)] = {"summary": kind.title(), "value": _example(kind, number) | shown}
    return {"schemas": found, "examples": examples}


def _described(kind: type[Any], schema: Schema) -> Schema:
    for name, text in words(kind).items():
        schema["properties"][name].setdefault("description", text)
    return schema


def _schema(kind: type[Refusal], status: int, facts: Schema) -> Schema:
    own = {"type": {"const": f"/problems/{kind.code}"}, "status": {"const": status}, **facts["properties"]}
    required = ["type", "status", *facts["required"]]
    return {
        "title": name_of(kind),
        "description": f"{kind.title()}.",
        "allOf": [{"$ref": f"{REF}Problem"}, {"type": "object", "properties": own, "required": required}],
    }


def _example(kind: type[Refusal], status: int) -> dict[str, Any]:
    problem = {"type": f"/problems/{kind.code}", "title": kind.title(), "status": status}
    problem |= {"instance": "/api/v1/…", "trace_id": COMMON["trace_id"]}
    return problem | ({"errors": _ERRORS} if issubclass(kind, Invalid) else {})
