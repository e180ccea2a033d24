"""The AsyncAPI document as people read it: by publisher, each event with its fields and who takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

_NAMES = {"string": "text", "integer": "integer", "boolean": "true or false", "number": "number", "null": "null"}
_FORMATS = {"uuid": "id", "date-time": "time", "date": "day"}


class Field(msgspec.Struct, frozen=True):
    """A field of an event, or of what stands in it: `topics[].title`."""

    name: str
    type: str
    words: str
    personal: bool


class Taker(msgspec.Struct, frozen=True):
    """A subscription."""

    name: str
    summary: str
    description: str


class Happening(msgspec.Struct, frozen=True):
    """An event."""

    name: str
    type: str
    summary: str
    description: str
    fields: tuple[Field, ...]
    takers: tuple[Taker, ...]
    example: str
    headers: str

    @property
    def words(self) -> str:
        """All that a search looks at."""
        parts = [self.type, self.summary, self.description]
        parts += [f"{field.name} {field.words}" for field in self.fields]
        parts += [f"{taker.name} {taker.summary}" for taker in self.takers]
        return " ".join(parts).lower()


class Publisher(msgspec.Struct, frozen=True):
    """A service and what it publishes."""

    name: str
    stream: str
    summary: str
    events: tuple[Happening, ...]


def matching(publishers: tuple[Publisher, ...], wanted: str) -> tuple[Publisher, ...]:
    """Those with events that have every word that is wanted."""
    words = wanted.lower().split()
    kept = [
        msgspec.structs.replace(one, events=tuple(e for e in one.events if all(w in e.words for w in words)))
        for one in publishers
    ]
    return tuple(one for one in kept if one.events)


@lru_cache(maxsize=2)
def publishers(document: bytes) -> tuple[Publisher, ...]:
    """The document by publisher."""
    whole: dict[str, Any] = msgspec.json.decode(document)
    told = {tag["name"]: tag.get("description", "") for tag in whole["info"].get("tags", ())}
    return tuple(
        Publisher(
            name=channel["address"].rpartition(".")[2],
            stream=channel["address"],
            summary=told.get(channel["address"].rpartition(".")[2], ""),
            events=tuple(_event(whole, path, name) for name in sorted(channel["messages"])),
        )
        for path, channel in sorted(whole["channels"].items())
    )


def _event(whole: Mapping[str, Any], channel: str, name: str) -> Happening:
    message = whole["components"]["messages"][name]
    reference = {"$ref": f"#/channels/{channel}/messages/{name}"}
    takers = {
        operation["title"]: Taker(operation["title"], operation["summary"], operation["description"])
        for operation in whole["operations"].values()
        if operation["action"] == "receive" and reference in operation["messages"]
    }
    [example] = message["examples"]
    return Happening(
        name=name,
        type=message["name"],
        summary=message["summary"],
        description=message["description"],
        fields=tuple(_fields(whole["components"]["schemas"], message["payload"])),
        takers=tuple(takers[title] for title in sorted(takers)),
        example=_pretty(example["payload"]),
        headers="\n".join(f"{header}: {value}" for header, value in example["headers"].items()),
    )


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def _fields(schemas: Mapping[str, Any], schema: Mapping[str, Any], above: str = "") -> Iterator[Field]:
    for name, part in schemas[_target(schema)].get("properties", {}).items():
        yield Field(
            f"{above}{name}", _type(part), part.get("description", "") or "", personal=part.get("x-personal", False)
        )
        inner = part.get("items", part)
        if "$ref" in inner:
            yield from _fields(schemas, inner, f"{above}{name}{'[]' if 'items' in part else ''}.")


def _target(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type(schema: Mapping[str, Any]) -> str:
    """A schema as a reader needs it: `time or null`."""
    if "$ref" in schema:
        return _target(schema)
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"{_type(values)} by name" if isinstance(values, dict) else "object"
    return _FORMATS.get(schema.get("format", ""), _NAMES.get(schema.get("type", ""), "anything"))
