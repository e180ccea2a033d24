"""Golden files: for each event the bodies it had when it was published first, written once and never again.

`python -m tests.contracts` writes those that are missing. A contract that no longer fits its file has broken its
promise: change the contract, not the file; what cannot stay readable becomes `.v2` beside `.v1`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect as types

from lms_core import contracts
from lms_core.domain.events import Event, decode, encode, personal_fields
from lms_core.testing.fakes import MORNING, fake_id

FOLDER = Path(__file__).parent / "golden"


class Golden(msgspec.Struct, kw_only=True):
    """One file."""

    type: str
    key: str
    personal: list[str]
    bodies: list[dict[str, Any]]


class Broken(AssertionError):
    """A contract does not keep what it promised."""


def events() -> list[type[Event]]:
    """Every contract there is."""
    folder = Path(next(iter(contracts.__path__)))
    names = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    modules = [importlib.import_module(f"lms_core.contracts.{name}") for name in names]
    return [
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Event) and found.__module__ == module.__name__
    ]


def path_of(event: type[Event]) -> Path:
    """Where an event's file is."""
    return FOLDER / f"{event.type}.json"


def read(event: type[Event]) -> Golden:
    """An event's file. Raises FileNotFoundError."""
    return msgspec.json.decode(path_of(event).read_bytes(), type=Golden)


def fresh(event: type[Event]) -> Golden:
    """What the file of a new event says: a body with every field, then one for each further choice and each None."""
    return Golden(
        type=event.type,
        key=event.key_field,
        personal=list(personal_fields(event)),
        bodies=[msgspec.json.decode(encode(made)) for made in samples(event)],
    )


def write_missing() -> list[Path]:
    """Write the files of events that have none."""
    missing = [event for event in events() if not path_of(event).exists()]
    for event in missing:
        path_of(event).write_bytes(msgspec.json.format(msgspec.json.encode(fresh(event)), indent=2) + b"\n")
    return [path_of(event) for event in missing]


def samples(event: type[Event]) -> Iterator[Event]:
    """Deterministic instances that show each field, and each of its choices, at least once."""
    info = types.type_info(event)
    assert isinstance(info, types.StructType)
    choices = {field.name: list(values(field.type, n, field.name)) for n, field in enumerate(info.fields, 1)}
    first = {name: options[0] for name, options in choices.items()}
    yield event(**first)
    for name, options in choices.items():
        for other in options[1:]:
            yield event(**first | {name: other})


def values(kind: types.Type, n: int, name: str) -> Iterator[Any]:
    """Values of a field's type: usually one."""
    match kind:
        case types.Metadata():
            yield from values(kind.type, n, name)
        case types.UnionType():
            for one in sorted(kind.types, key=lambda t: isinstance(t, types.NoneType)):
                yield from values(one, n, name)
        case types.LiteralType():
            yield from sorted(kind.values, key=str)
        case types.BoolType():
            yield from (True, False)
        case types.NoneType():
            yield None
        case types.UUIDType():
            yield fake_id(n)
        case types.DateTimeType():
            yield MORNING + timedelta(minutes=n, milliseconds=7)
        case types.IntType():
            yield n
        case types.StrType():
            yield f"{name} – {n}"
        case types.VarTupleType():
            inner = list(values(kind.item_type, n, name))
            yield tuple(inner)
            yield ()
        case types.StructType():
            yield kind.cls(**{f.name: next(values(f.type, i, f.name)) for i, f in enumerate(kind.fields, n)})
        case _:
            raise NotImplementedError(f"{name}: teach this function about {kind}")


def keep_promise(event: type[Event], golden: Golden) -> None:
    """Raises Broken when old bodies cannot be read any more, lose a field, or come out as other bytes."""
    if (event.type, event.key_field) != (golden.type, golden.key):
        raise Broken(f"{event.type} by {event.key_field} was {golden.type} by {golden.key}")
    for body in golden.bodies:
        old = encode(body)
        try:
            now = msgspec.json.decode(encode(decode(event, old)))
        except msgspec.ValidationError as error:
            raise Broken(f"{event.type} does not read its old body: {error}") from error
        if encode(restricted(now, body)) != old:
            raise Broken(f"{event.type} was {old.decode()} and has become {encode(now).decode()}")


def restricted(now: Any, then: Any) -> Any:
    """What is new left out: fields may be added, to an event and to what it holds."""
    if isinstance(now, dict) and isinstance(then, dict):
        return {name: restricted(now[name], then[name]) for name in then if name in now}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [restricted(a, b) for a, b in zip(now, then, strict=True)]
    return now
