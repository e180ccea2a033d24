"""Examples from schemas: what a field says of itself, else what a field of its name looks like here.

Every example validates against its schema and is the same in every run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from lms_adapters.platform.documents.schemas import REF, Schema, said

MOMENT = "2026-03-02T09:00:00Z"
_FORMATS = {"date-time": MOMENT, "date": MOMENT[:10]}
COMMON: Mapping[str, Any] = {
    "If-Match": '"7-9c2b1f0a4d6e"',
    "If-None-Match": '"7-9c2b1f0a4d6e"',
    "access_token": "eyJhbGciOiJFUzI1NiJ9.…",
    "amount": 4900,
    "arithmetic": "4 of 8 required topics: 50 %",
    "average_percent": 62.5,
    "capacity": 30,
    "completion_rate": 0.25,
    "course_title": "Analytical engines",
    "currency": "EUR",
    "cursor": "IjAxOWJjIg",
    "display_name": "Ada Lovelace",
    "email": "ada@example.org",
    "expires_in": 300,
    "locale": "en",
    "number": "2026-000042",
    "percent": 50,
    "places_taken": 12,
    "reason": "payment-declined",
    "recipient": "ada@example.org",
    "refresh_token": "k3Jr…",
    "rule": "all required topics are complete",
    "seconds": 90,
    "subject": "You have a place in Analytical engines",
    "title": "Analytical engines",
    "trace_id": "3db3b203e530a348aeab697a7fe39cc6",
    "type": "lms.course.UserEnrolled.v1",
    "version": 7,
    "why": "suspended",
}
"""What a field of this name looks like wherever it stands."""


class Examples:
    """Examples of schemas that refer to these components."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components
        self._stated: dict[str, Any] = {}
        for component in components.values():
            for name, schema in component.get("properties", {}).items():
                if schema.get("examples"):
                    self._stated.setdefault(name, schema["examples"][0])

    def of(self, schema: Schema, name: str = "", owner: str = "") -> Any:
        """An example for a schema: of the field `name` of the type `owner`, where it is one."""
        if "$ref" in schema:
            target = schema["$ref"].removeprefix(REF)
            return self.of(self._components[target], name, target)
        if schema.get("examples"):
            return schema["examples"][0]
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return schema["default"] if "default" in schema else self.of(schema[union][0], name, owner)
        return self._plain(schema, name, owner)

    def _plain(self, schema: Schema, name: str, owner: str) -> Any:
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            known = self._known(name)
            return known if known in schema["enum"] else schema.get("default", schema["enum"][0])
        match schema.get("type"):
            case "object":
                return self._object(schema, owner)
            case "array":
                return [self.of(schema["items"], re.sub(r"s$", "", name), owner)]
            case "string":
                return self._text(schema, name, owner)
            case "integer" | "number" | "boolean" as kind:
                known = self._known(name)
                default = schema.get("default", True if kind == "boolean" else max(1, schema.get("minimum", 1)))
                return known if isinstance(known, int | float) else default
            case _:
                return None

    def _object(self, schema: Schema, owner: str) -> dict[str, Any]:
        if "properties" in schema:
            return {name: self.of(part, name, owner) for name, part in schema["properties"].items()}
        values = schema.get("additionalProperties")
        return {"name": self.of(values, "value", owner)} if isinstance(values, dict) else {}

    def _text(self, schema: Schema, name: str, owner: str) -> str:
        match schema.get("format"):
            case "uuid":
                return str(uuid5(NAMESPACE_OID, f"{said(owner)} id" if name == "id" else name.replace("_", " ")))
            case str() as form if form in _FORMATS:
                return _FORMATS[form]
        known = self._known(name)
        return known if isinstance(known, str) else schema.get("default") or name.replace("_", " ")

    def _known(self, name: str) -> Any:
        return self._stated.get(name, COMMON.get(name))
