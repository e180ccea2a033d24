"""Fields of a view as query parameters: how a value of each type is read, and how it is documented."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from litestar.openapi.spec import Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

MAX_VALUES = 100
"""How often a filter may be repeated."""
_ORDERED = {"lt": "less than this", "le": "at most this", "gt": "more than this", "ge": "at least this"}
_MOMENTS = {"lt": "before this", "le": "not after this", "gt": "after this", "ge": "not before this"}


_TEXT = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$")]


def in_utc(moment: datetime) -> datetime:
    """Raises OverflowError at the ends of time."""
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type that a query parameter can have."""

    type: Any
    sentence: str
    """What a value must be, for somebody who sent something else."""
    schema: Schema
    words: Mapping[str, str]
    """Operators beside equality, as they are documented."""
    known: tuple[str, ...] = ()
    """All values, where they are few."""

    @property
    def key(self) -> Any:
        """The type in a cursor, where it came from the database."""
        return _TEXT if self is _KINDS[str] else self.type


_KINDS: dict[Any, _Kind] = {
    UUID: _Kind(
        UUID,
        "must be a UUID",
        Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID, examples=["019a2c1e-7b6d-7c3a-9f00-5d2e8b1c4a10"]),
        {},
    ),
    datetime: _Kind(
        Annotated[datetime, msgspec.Meta(tz=True)],
        "must be a moment with its offset, such as 2026-03-02T09:00:00Z",
        Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME, examples=["2026-03-02T09:00:00Z"]),
        _MOMENTS,
    ),
    int: _Kind(
        Annotated[int, msgspec.Meta(ge=-(2**53) + 1, le=2**53 - 1)],
        "must be a whole number",
        Schema(type=OpenAPIType.INTEGER, examples=[10]),
        _ORDERED,
    ),
    bool: _Kind(bool, "must be true or false", Schema(type=OpenAPIType.BOOLEAN, examples=[True]), {}),
    str: _Kind(
        Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")],
        "must be 1 to 200 characters without control characters",
        Schema(type=OpenAPIType.STRING, min_length=1, max_length=200),
        {},
    ),
}


def _one_of(type_: Any) -> _Kind:
    known = tuple(str(value) for value in get_args(type_))
    schema = Schema(type=OpenAPIType.STRING, enum=list(known), examples=[known[0]])
    return _Kind(type_, "must be one of {known}", schema, {}, known)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that may be filtered or sorted by."""

    name: str
    kind: _Kind
    nullable: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        """What may follow its name and a dot."""
        return (*self.kind.words, *(("null",) if self.nullable else ()))

    def value(self, text: str) -> Any:
        """Raises msgspec.ValidationError."""
        said_as_text = self.kind.schema.type is OpenAPIType.STRING  # else text stands for a number, or true and false
        value = msgspec.convert(text, self.kind.type, strict=said_as_text)
        try:
            return in_utc(value) if isinstance(value, datetime) else value
        except OverflowError as error:
            raise msgspec.ValidationError(self.kind.sentence) from error

    def parameters(self, *, required: bool) -> Iterator[Parameter]:
        """One for each operator."""
        yield Parameter(
            self.name,
            "query",
            schema=Schema(type=OpenAPIType.ARRAY, items=self.kind.schema, min_items=1, max_items=MAX_VALUES),
            description=f"Only those with this `{self.name}`; repeat it, up to {MAX_VALUES} times, for any of several.",
            required=required,
            style="form",
            explode=True,
        )
        for operator, words in self.kind.words.items():
            description = f"Only those whose `{self.name}` is {words}."
            yield Parameter(f"{self.name}.{operator}", "query", schema=self.kind.schema, description=description)
        if self.nullable:
            description = f"`true`: only those whose `{self.name}` is null; `false`: only those that have one."
            yield Parameter(f"{self.name}.null", "query", schema=FLAG.kind.schema, description=description)


FLAG = Field("", _KINDS[bool])
"""A bare true or false."""


def fields_of(view: type[Any], names: tuple[str, ...], more: Mapping[str, Any]) -> dict[str, Field]:
    """The named fields of a view, and those its items have beside them. Raises TypeError for one of another type."""
    hints = get_type_hints(view) | dict(more)
    found = {}
    for name in (*names, *more):
        hint, nullable = hints[name], False
        if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
            nullable = True
            hint = Union[tuple(arg for arg in get_args(hint) if arg is not type(None))]  # noqa: UP007
        kind = _one_of(hint) if get_origin(hint) is Literal else _KINDS.get(hint)
        if kind is None:
            raise TypeError(f"{view.__name__}.{name}: {hint} is neither filtered nor sorted by")
        found[name] = Field(name, kind, nullable)
    return found
