"""Many OpenAPI 3.1 documents as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Part = tuple[str, str]
"""A component's kind and name: `("schemas", "Problem")`."""
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def merge_openapi(
    services: Mapping[str, Mapping[str, Any]], *, title: str, version: str, owner: Callable[[str], str | None]
) -> dict[str, Any]:
    """The documents of services by name; a path is taken from the service that `owner(path)` names.

    Components of one name and one meaning stand once; where meanings differ, each bears its service's name.
    """
    clashing = _clashing([document.get("components", {}) for document in services.values()])
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {"schemas": {}, "securitySchemes": {}}
    tags: dict[str, dict[str, Any]] = {}
    for service, document in sorted(services.items()):
        names = {part: f"{_title(service)}{part[1]}" for part in clashing}
        for path, item in document.get("paths", {}).items():
            if owner(path) == service:
                paths[path] = _renamed(item, names)
        for kind, parts in document.get("components", {}).items():
            for name, component in parts.items():
                target = names.get((kind, name), name)
                components.setdefault(kind, {}).setdefault(target, _renamed(component, names))
        for tag in document.get("tags", []):
            tags.setdefault(tag["name"], tag)
    for name in _tags_used(paths):
        tags.setdefault(name, {"name": name})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "Every service of the platform behind one address. Errors are problem details (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [tags[name] for name in sorted(tags)],
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


def _references(node: Any) -> Iterator[Part]:
    if isinstance(node, Mapping):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/components/"):
            kind, _, name = target.removeprefix("#/components/").partition("/")
            yield kind, name
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _references(value)


def _renamed(node: Any, names: Mapping[Part, str]) -> Any:
    if isinstance(node, Mapping):
        renamed = {key: _renamed(value, names) for key, value in node.items()}
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/components/"):
            kind, _, name = target.removeprefix("#/components/").partition("/")
            renamed["$ref"] = f"#/components/{kind}/{names.get((kind, name), name)}"
        return renamed
    if isinstance(node, list | tuple):
        return [_renamed(value, names) for value in node]
    return node


def _tags_used(paths: Mapping[str, Any]) -> Iterable[str]:
    return {
        tag
        for item in paths.values()
        for method, operation in item.items()
        if method in _METHODS
        for tag in operation.get("tags", [])
    }


def _title(service: str) -> str:
    return "".join(word.capitalize() for word in service.replace("_", "-").split("-"))
