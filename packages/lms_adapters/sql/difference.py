"""Two sets of the same tables, compared row by row by primary key, and the one made like the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, inspect

from lms_adapters.sql.engine import Database, Driver

CHUNK = 500


class NoPrimaryKey(Exception):
    """A table whose rows cannot be told apart."""


class RowDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a live table that is not what the events make of it."""

    table: str
    key: dict[str, Any]
    kind: Literal["missing", "extra", "different"]
    """missing or extra in the live table."""
    live: dict[str, Any]
    """As the database keeps it: of a row that is different, only the columns that are."""
    rebuilt: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the database describes it."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    refers: frozenset[str]
    """Which of the others its foreign keys name."""

    @property
    def select(self) -> str:
        """Every row, without a WHERE."""
        return f"SELECT {_listed(self.columns)} FROM {quoted(self.name)}"  # noqa: S608

    def key_of(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """The primary key in a row."""
        return tuple(row[self.columns.index(name)] for name in self.key)

    def bounded(self, begin: tuple[Any, ...] | None, end: tuple[Any, ...] | None) -> tuple[str, tuple[Any, ...]]:
        """WHERE … for keys after `begin`, up to and including `end`, by the database's own order."""
        conditions, arguments = [], tuple[Any, ...]()
        for compare, bound in ((">", begin), ("<=", end)):
            if bound is not None:
                conditions.append(f"({_listed(self.key)}) {compare} ({_numbered(len(bound), len(arguments))})")
                arguments += bound
        return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), arguments


@dataclass(frozen=True, slots=True)
class Found:
    """A row that differs, whole; None where it is not."""

    table: Table
    live: tuple[Any, ...] | None
    rebuilt: tuple[Any, ...] | None

    def told(self) -> RowDifference:
        """For people."""
        live, rebuilt = (dict(zip(self.table.columns, row or (), strict=False)) for row in (self.live, self.rebuilt))
        key = {name: (live or rebuilt)[name] for name in self.table.key}
        kind: Literal["missing", "extra", "different"] = "missing" if not live else "different" if rebuilt else "extra"
        if kind == "different":
            changed = [name for name in live if live[name] != rebuilt[name]]
            live, rebuilt = ({name: row[name] for name in changed} for row in (live, rebuilt))
        return RowDifference(table=self.table.name, key=key, kind=kind, live=live, rebuilt=rebuilt)


def described(connection: Connection, names: Sequence[str]) -> list[Table]:
    """The tables as they are, those that are referred to before those that refer to them. Raises NoPrimaryKey."""
    known = inspect(connection)
    tables = {}
    for name in names:
        key = tuple(known.get_pk_constraint(name)["constrained_columns"])
        if not key:
            raise NoPrimaryKey(f"the table {name} has no primary key to compare it by")
        refers = frozenset(f["referred_table"] for f in known.get_foreign_keys(name)) & set(names) - {name}
        tables[name] = Table(name, tuple(c["name"] for c in known.get_columns(name)), key, refers)
    return [tables[name] for name in TopologicalSorter({t.name: t.refers for t in tables.values()}).static_order()]


async def compared(table: Table, live: Driver, scratch: Database) -> AsyncIterator[Found]:
    """A range of keys at a time, so that memory stays bounded."""
    begin: tuple[Any, ...] | None = None
    while True:
        where, arguments = table.bounded(begin, None)
        rows = await scratch.read(f"{table.select}{where} ORDER BY {_listed(table.key)} LIMIT {CHUNK}", arguments)
        rebuilt = {table.key_of(row): tuple(row) for row in rows}
        end = table.key_of(rows[-1]) if len(rows) == CHUNK else None
        where, arguments = table.bounded(begin, end)
        kept = {table.key_of(row): tuple(row) for row in await live.fetch(f"{table.select}{where}", *arguments)}
        for key in dict.fromkeys((*rebuilt, *kept)):
            if kept.get(key) != rebuilt.get(key):
                yield Found(table, kept.get(key), rebuilt.get(key))
        if end is None:
            return
        begin = end
        await asyncio.sleep(0)


async def mend(live: Driver, tables: Sequence[Table], found: Sequence[Found]) -> None:
    """In an order that keeps every foreign key true.

    What is extra goes first from tables that no other one refers to, and last from the rest: only then does nothing
    refer to it any longer.
    """
    referred = frozenset(name for table in tables for name in table.refers)
    for table in tables:
        if table.name not in referred:
            await _delete(live, table, found)
    for table in tables:
        mine = [row for row in found if row.table is table and row.rebuilt is not None]
        await _insert(live, table, [row.rebuilt for row in mine if row.live is None and row.rebuilt is not None])
        await _update(live, table, [row.rebuilt for row in mine if row.live is not None and row.rebuilt is not None])
    for table in reversed(tables):
        if table.name in referred:
            await _delete(live, table, found)


async def _delete(live: Driver, table: Table, found: Sequence[Found]) -> None:
    keys = [table.key_of(f.live) for f in found if f.table is table and f.live is not None and f.rebuilt is None]
    if keys:
        await live.many(f"DELETE FROM {quoted(table.name)} WHERE {_matching(table.key, 0)}", keys)  # noqa: S608


async def _insert(live: Driver, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        values = _numbered(len(table.columns), 0)
        await live.many(f"INSERT INTO {quoted(table.name)} ({_listed(table.columns)}) VALUES ({values})", rows)  # noqa: S608


async def _update(live: Driver, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        changes = ", ".join(f"{quoted(name)} = ${n}" for n, name in enumerate(table.columns, 1))
        where = _matching(table.key, len(table.columns))
        arguments = [(*row, *table.key_of(row)) for row in rows]
        await live.many(f"UPDATE {quoted(table.name)} SET {changes} WHERE {where}", arguments)  # noqa: S608


def quoted(name: str) -> str:
    """As an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def _numbered(count: int, after: int) -> str:
    return ", ".join(f"${n}" for n in range(after + 1, after + count + 1))


def _matching(names: Sequence[str], after: int) -> str:
    return " AND ".join(f"{quoted(name)} = ${n}" for n, name in enumerate(names, after + 1))
