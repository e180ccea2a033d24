"""Schemas inside a document, and whether values fit them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_URI = "urn:document"


class Document:
    """A document whose parts are named by JSON pointers."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self.whole = whole
        resource = Resource(contents=whole, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)

    def faults(self, pointer: str, value: Any) -> list[str]:
        """Why the value does not fit the schema at the pointer."""
        validator = Draft202012Validator(
            {"$ref": f"{_URI}#{pointer}"}, registry=self._registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        return [f"{pointer}: {error.message}" for error in validator.iter_errors(value)]

    def find(self, reference: str) -> Any:
        """What `#/…` refers to."""
        found: Any = self.whole
        for step in reference.removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return found

    def resolved(self, part: Any) -> Any:
        """The part itself, or what it refers to."""
        return self.find(part["$ref"]) if "$ref" in part else part

    def nodes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every object in the document with its pointer."""
        waiting: list[tuple[str, Any]] = [("", self.whole)]
        while waiting:
            pointer, node = waiting.pop()
            if isinstance(node, dict):
                yield pointer, node
                waiting += [(f"{pointer}/{_escaped(key)}", value) for key, value in node.items()]
            elif isinstance(node, list):
                waiting += [(f"{pointer}/{index}", value) for index, value in enumerate(node)]


def _escaped(key: str) -> str:
    """A key in a pointer that stands in a URI: `/` as `~1`, braces in hexadecimal."""
    return key.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace(" ", "%20")
