"""What may be asked of a collection, and how it is read from a query."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, KeysView, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar.openapi.spec import Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType

from lms_adapters.web.fields import FLAG, MAX_VALUES, Field, in_utc
from lms_adapters.web.pagination import LIMIT, MAX_LIMIT, read_cursor
from lms_core.domain.errors import Invalid
from lms_core.domain.selection import Filter, Operator, Selection

_OWN = ("cursor", "limit", "sort")
_MOST, _TOLD = 500, 20
"""Parameters that are read, and unknown ones that are answered one by one."""
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Selection):
    """A selection, and how it was asked for."""

    path: str
    query: Pairs = ()
    """As it came, without the cursor."""

    @property
    def digest(self) -> str:
        """Of path, order and filters: a cursor belongs to them."""
        filters = urlencode(sorted(pair for pair in self.query if pair[0] not in _OWN))
        order = f"{'-' if self.descending else ''}{self.sort}"
        return hashlib.blake2b(f"{self.path}?{order}&{filters}".encode(), digest_size=6).hexdigest()


class _Query:
    """A query's parameters, taken one by one, and what is wrong with them."""

    def __init__(self, query: bytes) -> None:
        if query.count(b"&") >= _MOST:
            raise Invalid("at most {most} parameters", most=_MOST)
        try:
            self.pairs: Pairs = tuple(parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict"))
        except (UnicodeDecodeError, ValueError):
            raise Invalid("the query is not URL-encoded UTF-8") from None
        self._values: dict[str, list[str]] = {}
        for name, value in self.pairs:
            self._values.setdefault(name, []).append(value)
        self._faults: list[dict[str, Any]] = []

    def fault(self, name: str, detail: str, **facts: Any) -> None:
        """Remember what is wrong with a parameter."""
        pointer = name.replace("~", "~0").replace("/", "~1")
        self._faults.append({"pointer": f"#/{pointer}", "detail": detail, **facts})

    def values(self, name: str, field: Field, *, most: int = 1) -> list[Any]:
        """What the parameter says, at most so often; nothing when it is wrong."""
        texts = self._values.get(name, ())
        if len(texts) > most > 1:
            self.fault(name, "may stand at most {most} times", most=most)
            return []
        if len(texts) > most:
            self.fault(name, "may stand once")
            return []
        try:
            return [field.value(text) for text in texts]
        except msgspec.ValidationError:
            known = {"known": ", ".join(field.kind.known)} if field.kind.known else {}
            self.fault(name, field.kind.sentence, **known)
            return []

    def text(self, name: str) -> str | None:
        """A parameter that may stand once."""
        texts = self._values.get(name, ())
        if len(texts) > 1:
            self.fault(name, "may stand once")
        return texts[0] if texts else None

    def names(self) -> KeysView[str]:
        """Every parameter, once."""
        return self._values.keys()

    def end(self) -> None:
        """Raises Invalid with all that is wrong."""
        if self._faults:
            raise Invalid(errors=tuple(self._faults))


class Grammar:
    """Reads queries, and documents what they may be."""

    def __init__(
        self,
        filters: Sequence[Field],
        sorts: Sequence[tuple[str, Field]],
        id: Field,
        required: Sequence[str],
        beside: Sequence[str],
    ) -> None:
        """`sorts`: fields, with a minus where the usual way is downwards, the usual one first."""
        self._filters = {field.name: (field.name, "any", field) for field in filters}
        for field in filters:
            for operator in field.operators:
                read_as = FLAG if operator == "null" else field
                self._filters[f"{field.name}.{operator}"] = (field.name, operator, read_as)
        self._fields, self.required = tuple(filters), tuple(required)
        self.sorts = tuple(way for name, _ in sorts for way in (name, _turned(name)))
        self.keys = {field.name: _key(field, id) for _, field in sorts}
        self.known = dict.fromkeys((*self._filters, *_OWN, *beside))

    def read(self, path: str, query: bytes) -> Asked:
        """Raises Invalid with a fault for each parameter that is wrong."""
        said = _Query(query)
        for name in islice((name for name in said.names() if name not in self.known), _TOLD):
            _unknown(said, name, self.known)
        filters = tuple(self._conditions(said))
        sort = said.text("sort")
        if sort is None:
            sort = self.sorts[0]
        elif sort not in self.sorts:
            said.fault("sort", "must be one of {known}", known=", ".join(self.sorts))
            sort = self.sorts[0]
        asked = Asked(
            path=path,
            query=tuple(pair for pair in said.pairs if pair[0] != "cursor"),
            sort=sort.lstrip("-"),
            descending=sort.startswith("-"),
            filters=filters,
            limit=_limit(said, filters),
        )
        if (cursor := said.text("cursor")) is not None:
            asked = self._continue(said, asked, cursor)
        said.end()
        return asked

    def _conditions(self, said: _Query) -> Iterator[Filter]:
        for parameter, (name, operator, field) in self._filters.items():
            if parameter in said.names():
                values = said.values(parameter, field, most=MAX_VALUES if operator == "any" else 1)
                if values:
                    yield Filter(name, cast(Operator, operator), tuple(values) if operator == "any" else values[0])
            elif parameter in self.required:
                said.fault(parameter, "is required")

    def _continue(self, said: _Query, asked: Asked, cursor: str) -> Asked:
        try:
            digest, *after = cast(tuple[Any, ...], read_cursor(cursor, self.keys[asked.sort]))
            after = [in_utc(value) if isinstance(value, datetime) else value for value in after]
        except (Invalid, OverflowError):
            said.fault("cursor", "is no cursor of this collection")
            return asked
        if digest != asked.digest:
            said.fault("cursor", "belongs to another order, or to other filters")
        return replace(asked, after=tuple(after))

    def parameters(self) -> Iterator[Parameter]:
        """For the OpenAPI document."""
        for field in self._fields:
            yield from field.parameters(required=field.name in self.required)
        yield Parameter(
            "sort",
            "query",
            schema=Schema(type=OpenAPIType.STRING, enum=list(self.sorts), default=self.sorts[0]),
            description="The order: a field, downwards with `-` before it. Equals are ordered by their id.",
        )
        yield Parameter(
            "cursor",
            "query",
            schema=Schema(type=OpenAPIType.STRING),
            description="`next` of the page before, asked for with the same order and filters.",
        )
        yield Parameter(
            "limit",
            "query",
            schema=Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=MAX_LIMIT, default=LIMIT, examples=[20]),
            description="How many at most.",
        )


def _turned(sort: str) -> str:
    return sort[1:] if sort.startswith("-") else f"-{sort}"


def _key(field: Field, id: Field) -> Any:
    """What a cursor is made of: the digest, the field's value and the id."""
    return tuple[str, field.kind.key, id.kind.key]  # type: ignore[name-defined]


def _unknown(said: _Query, name: str, known: dict[str, None]) -> None:
    near = difflib.get_close_matches(name, known, 1, 0.5)
    if near:
        said.fault(name, "is not known here; the nearest that is: {nearest}", nearest=near[0])
    else:
        said.fault(name, "is not known here; what is: {known}", known=", ".join(known))


def _limit(said: _Query, filters: Sequence[Filter]) -> int:
    """As many as were named, at least, when nothing else is said."""
    text = said.text("limit")
    if text is None:
        return max([LIMIT, *(len(f.value) for f in filters if f.operator == "any")])
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIMIT):
        said.fault("limit", "must be {least} to {most}", least=1, most=MAX_LIMIT)
        return LIMIT
    return int(text)
