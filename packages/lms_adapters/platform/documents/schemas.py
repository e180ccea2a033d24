"""JSON Schemas (2020-12) of msgspec types: what is checked is what is documented, in the words of the code.

msgspec writes what it validates. Added to it are the docstrings of fields, the format of times, and names that a
generator of clients can use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias, get_args, get_origin

import msgspec
from msgspec import inspect

from lms_adapters.platform.documents.fields import words
from lms_adapters.web.messages import View

Schema: TypeAlias = dict[str, Any]
REF = "#/components/schemas/"


def schemas(kinds: Sequence[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """A schema of each type, and the components they refer to."""
    found, components = msgspec.json.schema_components(kinds, ref_template=REF + "{name}")
    for told in _structs(inspect.multi_type_info(kinds)):
        title = _title(told.cls)
        for component in components.values():
            if component.get("title") == title:
                _describe(component, told)
    return _well_named(list(found), components)


def said(name: str) -> str:
    """A type's name as words: `MyProfileView` is *my profile*."""
    parts = re.findall(r"[A-Z][a-z]*|[A-Z]+(?![a-z])|[0-9]+", re.sub(r"(View|Body)$", "", name))
    return " ".join(parts).lower()


def nodes(schema: Any) -> Iterator[Schema]:
    """The schema and every schema in it."""
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from nodes(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from nodes(part)


def _title(kind: Any) -> str:
    """A type as msgspec titles it: `Page[CourseView]`."""
    parts = ", ".join(part.__name__ for part in get_args(kind))
    return f"{get_origin(kind).__name__}[{parts}]" if parts else kind.__name__


def _structs(told: Iterable[inspect.Type]) -> Iterator[inspect.StructType]:
    waiting, seen = list(told), set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, inspect.StructType):
            if one.cls in seen:
                continue
            seen.add(one.cls)
            yield one
            waiting += [field.type for field in one.fields]
        else:
            waiting += _inside(one)


def _inside(told: inspect.Type) -> list[inspect.Type]:
    """The types that a union, a collection or a remark about a type consists of."""
    if isinstance(told, inspect.DictType):
        return [told.value_type]  # what its keys are is always text
    parts = [getattr(told, name) for name in told.__struct_fields__]
    flat = [p for part in parts for p in (part if isinstance(part, tuple) else (part,))]
    return [part for part in flat if isinstance(part, inspect.Type)]


def _leaves(told: inspect.Type) -> set[type[inspect.Type]]:
    parts = [] if isinstance(told, inspect.StructType) else _inside(told)
    return set().union(*map(_leaves, parts)) if parts else {type(told)}


def _describe(component: Schema, told: inspect.StructType) -> None:
    if issubclass(get_origin(told.cls) or told.cls, View):  # nothing is left out of an answer
        component["required"] = [field.encode_name for field in told.fields]
    texts = words(get_origin(told.cls) or told.cls)
    for field in told.fields:
        schema = component["properties"][field.encode_name]
        if field.name in texts:
            schema.setdefault("description", texts[field.name])
        leaves = _leaves(field.type)
        if inspect.DateTimeType in leaves and inspect.StrType not in leaves:
            for node in nodes(schema):
                if node.get("type") == "string":
                    node.setdefault("format", "date-time")


def _well_named(found: list[Schema], components: dict[str, Schema]) -> tuple[list[Schema], dict[str, Schema]]:
    """`Page_CourseView_` becomes `CoursePage`."""
    encoded = msgspec.json.encode([found, components])
    for name in components:
        if generic := re.fullmatch(r"(\w+?)_(\w+?)(?:View)?_", name):
            better = f"{generic[2]}{generic[1]}"
            encoded = encoded.replace(f'"{REF}{name}"'.encode(), f'"{REF}{better}"'.encode())
            encoded = encoded.replace(f'"{name}":'.encode(), f'"{better}":'.encode())
            encoded = encoded.replace(f'"title":"{components[name]["title"]}"'.encode(), f'"title":"{better}"'.encode())
    return msgspec.json.decode(encoded, type=tuple[list[Schema], dict[str, Schema]])
