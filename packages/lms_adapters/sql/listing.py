"""A collection on SQL: a SELECT, filtered, sorted and continued as a `Selection` says.

    _LIST = Listing(select(*COLUMNS).where(CourseRow.author_id == bindparam("author")), Course)

    courses = await _LIST.some(reader, selection, author=me.id)

Fields are the statement's columns, by name, and those given beside them. A page continues after the last item's sort
field and id, a range of the index on both; nothing is skipped or counted. Each combination is compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, bindparam, or_, tuple_
from sqlalchemy.types import TypeEngine

from lms_adapters.sql.reader import Query, Reader
from lms_core.domain.selection import Filter, Selection

T = TypeVar("T")
_KEPT = 256
"""Combinations kept compiled; beyond that it begins anew."""


class Listing(Generic[T]):
    """A SELECT with `bindparam`s, the class that its rows become, and what else may be filtered by."""

    def __init__(
        self,
        statement: Select[Any],
        into: Callable[..., T],
        *,
        id: str = "id",
        **cases: Mapping[Any, ColumnElement[bool]],
    ) -> None:
        """`id` names the column that breaks ties: not null, and no two rows share one.

        `cases`: fields that are no columns, each with what is true of the rows that have a value.
        """
        self._statement = statement
        self._into = into
        self._id = id
        self._cases = cases
        self._fields: dict[str, ColumnElement[Any]] = dict(statement.selected_columns.items())
        self._queries: dict[Any, Query[T]] = {}

    async def some(self, reader: Reader, selection: Selection, **parameters: Any) -> list[T]:
        """What is wanted of it, and one more when others follow."""
        return await reader.all(self.query(selection), **parameters, **_arguments(selection))

    def query(self, selection: Selection) -> Query[T]:
        """Made for this combination of filters and sort, or kept from before."""
        conditions = tuple((f.field, f.operator, self._shape(f)) for f in selection.filters)
        shape = (selection.sort, selection.descending, selection.after is not None, conditions)
        query = self._queries.get(shape)
        if query is None:
            if len(self._queries) >= _KEPT:
                self._queries.clear()
            query = self._queries[shape] = Query(self._build(selection), self._into)
        return query

    def _shape(self, condition: Filter) -> object:
        """What of its value the statement depends on."""
        if condition.field in self._cases:
            return frozenset(condition.value)
        if condition.operator == "any":
            return _room(condition)
        return condition.value if condition.operator == "null" else None

    def _build(self, selection: Selection) -> Select[Any]:
        statement = self._statement.where(*(self._condition(i, f) for i, f in enumerate(selection.filters)))
        key = [self._fields[name] for name in dict.fromkeys((selection.sort, self._id))]
        if selection.after is not None:
            names = ("after_sort", "after_id")[-len(key) :]
            last = [bindparam(name, type_=_bound(column)) for name, column in zip(names, key, strict=True)]
            here, there = tuple_(*key), tuple_(*last)
            statement = statement.where(here < there if selection.descending else here > there)
        statement = statement.order_by(*(c.desc() if selection.descending else c.asc() for c in key))
        return statement.limit(bindparam("limit", type_=Integer))

    def _condition(self, number: int, condition: Filter) -> ColumnElement[bool]:
        if condition.field in self._cases:
            return or_(*(self._cases[condition.field][value] for value in dict.fromkeys(condition.value)))
        field, name = self._fields[condition.field], f"filter_{number}"
        if condition.operator == "any":
            return field.in_([bindparam(f"{name}_{i}", type_=_bound(field)) for i in range(_room(condition))])
        if condition.operator == "null":
            return field.is_(None) if condition.value else field.is_not(None)
        value = bindparam(name, type_=_bound(field))
        match condition.operator:
            case "lt":
                return field < value
            case "le":
                return field <= value
            case "gt":
                return field > value
            case "ge":
                return field >= value


def _bound(column: ColumnElement[Any]) -> TypeEngine[Any]:
    """What is compared with it may be larger than what it holds."""
    return BigInteger() if isinstance(column.type, Integer) else column.type


def _room(condition: Filter) -> int:
    """Places for values, in powers of two: few statements serve any number of them."""
    return 1 << (len(condition.value) - 1).bit_length()


def _arguments(selection: Selection) -> dict[str, Any]:
    given: dict[str, Any] = {"limit": selection.limit + 1}
    if selection.after is not None:
        given["after_sort"], given["after_id"] = selection.after
    for number, condition in enumerate(selection.filters):
        if condition.operator == "any":
            values = condition.value + condition.value[-1:] * (_room(condition) - len(condition.value))
            given.update((f"filter_{number}_{i}", value) for i, value in enumerate(values))
        else:
            given[f"filter_{number}"] = condition.value
    return given
