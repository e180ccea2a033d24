"""Many OpenAPI 3.1 documents as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Part = tuple[str, str]
"""A component's kind and name: `("schemas", "Problem")`."""
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_REFERENCE = "#/components/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """What the gateway adds to what services say: of its own headers, and of its own refusals."""

    headers: Mapping[str, Any] = field(default_factory=dict)
    """On every answer."""
    refusals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By status, of every operation."""
    components: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def merge_openapi(
    services: Mapping[str, Mapping[str, Any]],
    *,
    info: Mapping[str, Any],
    owner: Callable[[str], str | None],
    everywhere: Everywhere | None = None,
) -> dict[str, Any]:
    """The documents of services by name; a path is taken from the service that `owner(path)` names.

    Components of one name and one meaning stand once; where meanings differ, each bears its service's name.
    """
    everywhere = everywhere or Everywhere()
    clashing = _clashing([document.get("components", {}) for document in services.values()])
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {"schemas": {}, "securitySchemes": {}}
    tags: dict[str, dict[str, Any]] = {}
    for service, document in sorted(services.items()):
        names = {part: _own_name(service, part[1]) for part in clashing}
        for path, item in document.get("paths", {}).items():
            if owner(path) == service:
                paths[path] = _renamed(item, names)
        for kind, parts in document.get("components", {}).items():
            for name, component in parts.items():
                target = names.get((kind, name), name)
                components.setdefault(kind, {}).setdefault(target, _renamed(component, names))
        for tag in document.get("tags", []):
            tags.setdefault(tag["name"], tag)
    for kind, parts in everywhere.components.items():
        components[kind] = components.get(kind, {}) | dict(parts)
    used = set()
    for operation in _operations(paths):
        used |= {*operation.get("tags", ())}
        operation["responses"] = _answers(operation["responses"], everywhere)
    components["responses"] = _shared(list(_operations(paths)))
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/", "description": "This platform."}],
        "tags": [tags.get(name, {"name": name}) for name in sorted(used)],
        "paths": dict(sorted(paths.items())),
        "components": {kind: dict(sorted(parts.items())) for kind, parts in components.items() if parts},
    }


def _clashing(documents: list[Mapping[str, Mapping[str, Any]]]) -> set[Part]:
    """Names that mean different things: by their content, or by the content of what they refer to."""
    versions: dict[Part, list[Any]] = {}
    for components in documents:
        for kind, parts in components.items():
            if kind != "securitySchemes":  # referred to by name, and the platform has one
                for name, component in parts.items():
                    versions.setdefault((kind, name), []).append(component)
    clashing = {part for part, found in versions.items() if any(other != found[0] for other in found[1:])}
    while True:
        more = {
            part
            for part, found in versions.items()
            if len(found) > 1 and part not in clashing and any(ref in clashing for ref in _references(found[0]))
        }
        if not more:
            return clashing
        clashing |= more


def _answers(answers: Mapping[str, Any], everywhere: Everywhere) -> dict[str, Any]:
    """An operation's answers with what the gateway adds."""
    found = dict(answers)
    for status, refusal in everywhere.refusals.items():
        found[status] = _either(found[status], refusal) if status in found else dict(refusal)
    return {
        status: {**found[status], "headers": {**found[status].get("headers", {}), **everywhere.headers}}
        for status in sorted(found)
    }


def _either(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Two refusals of a status as one answer."""
    content = {}
    for media_type, first in one["content"].items():
        second = other["content"][media_type]
        options = [option for part in (first, second) for option in part["schema"].get("oneOf", [part["schema"]])]
        content[media_type] = {"schema": {"oneOf": options}, "examples": first["examples"] | second["examples"]}
    return {
        "description": f"{one['description']}; {other['description']}",
        "headers": {**one.get("headers", {}), **other.get("headers", {})},
        "content": content,
    }


def _shared(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Refusals that several operations have in common are written once, named by what they are."""
    found: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for operation in operations:
        for status, answer in operation["responses"].items():
            kinds = [kind for content in answer.get("content", {}).values() for kind in content.get("examples", ())]
            if kinds:
                name = "Or".join(kind.removesuffix("Problem") for kind in kinds)
                found.setdefault(name, []).append((operation["responses"], status))
    shared = {}
    for name, places in found.items():
        first = places[0][0][places[0][1]]
        if len(places) > 1 and all(answers[status] == first for answers, status in places):
            shared[name] = first
            for answers, status in places:
                answers[status] = {"$ref": f"{_REFERENCE}responses/{name}"}
    return shared


def _operations(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in paths.values():
        for method, operation in item.items():
            if method in _METHODS:
                yield operation


def _part(reference: str) -> Part:
    kind, _, name = reference.removeprefix(_REFERENCE).partition("/")
    return kind, name


def _references(node: Any) -> Iterator[Part]:
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _references(value)
    elif isinstance(node, str) and node.startswith(_REFERENCE):
        yield _part(node)


def _renamed(node: Any, names: Mapping[Part, str]) -> Any:
    if isinstance(node, Mapping):
        return {key: _renamed(value, names) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_renamed(value, names) for value in node]
    if isinstance(node, str) and node.startswith(_REFERENCE):
        kind, name = _part(node)
        return f"{_REFERENCE}{kind}/{names.get((kind, name), name)}"
    return node


def _own_name(service: str, name: str) -> str:
    """A name that no other service has; one that begins with its service's keeps it."""
    title = "".join(word.capitalize() for word in service.replace("_", "-").split("-"))
    rest = name.removeprefix(title)
    return name if rest != name and not rest[:1].islower() else f"{title}{name}"
