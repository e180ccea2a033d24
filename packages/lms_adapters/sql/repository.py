"""Entities in and out of rows: the same names on both sides, so no mapper.

advanced-alchemy's repository does the work underneath; this says what the kernel adds: entities are plain dataclasses,
a `version` column is checked and raised by SQLAlchemy, and database errors come out as refusals.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Generic, TypeVar

from advanced_alchemy.exceptions import DuplicateKeyError, IntegrityError
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.exc import StaleDataError

from lms_core.domain.errors import Conflict, NotFound, Raced

_TAKEN = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")

R = TypeVar("R", bound=DeclarativeBase)
E = TypeVar("E")


class Repository(Generic[R, E]):
    """A collection of entities inside the unit of work."""

    def __init__(self, session: AsyncSession, row: type[R], entity: type[E]) -> None:
        self._session = session
        self._row = row
        self._entity = entity
        self._read: list[R] = []  # the session holds rows weakly: kept, an update need not read again

    @property
    def _fields(self) -> tuple[str, ...]:
        return _fields_of(self._entity)  # type: ignore[arg-type]

    @functools.cached_property
    def _rows(self) -> Any:  # made inside the unit of work: before it the session has no connection
        return _repository(self._row)(session=self._session, auto_commit=False, auto_refresh=False, auto_expunge=False)

    async def get(self, id: object, *, lock: bool = False) -> E:
        """By primary key; `lock` keeps rivals out until the transaction ends, and reads anew. Raises NotFound."""
        row = await self._session.get(self._row, id, with_for_update=lock or None, populate_existing=lock)
        if row is None:
            raise NotFound
        return self._out(row)

    async def one(self, *, lock: bool = False, **where: Any) -> E | None:
        """The one that matches, or None."""
        fresh = {"populate_existing": True} if lock else None
        row = await self._rows.get_one_or_none(with_for_update=lock or None, execution_options=fresh, **where)
        return None if row is None else self._out(row)

    async def all(self, **where: Any) -> list[E]:
        """All that match."""
        return [self._out(row) for row in await self._rows.get_many(**where)]

    async def add(self, entity: E) -> None:
        """Raises Conflict when a unique value is taken."""
        row = self._row(**{name: getattr(entity, name) for name in self._fields})
        try:
            await self._rows.add(row)
        except (DuplicateKeyError, IntegrityError) as error:
            if not taken(error.__cause__):
                raise  # advanced-alchemy says the same of other constraints, and when the connection is lost
            raise Conflict("it is there already") from error

    async def update(self, entity: E, id: object | None = None) -> None:
        """Write what changed. Raises Conflict when a rival changed it since it was read, NotFound when it is gone."""
        row: Any = await self._session.get(self._row, getattr(entity, "id", None) if id is None else id)
        if row is None:
            raise NotFound
        versioned = hasattr(row, "version") and "version" in self._fields
        if versioned and row.version != entity.version:  # type: ignore[attr-defined]
            raise Raced
        for name in self._fields:
            value = getattr(entity, name)
            if name != "version" and getattr(row, name) != value:
                setattr(row, name, value)
        try:
            await self._session.flush()
        except StaleDataError as error:
            raise Raced from error
        if versioned:
            entity.version = row.version  # type: ignore[attr-defined]

    def _out(self, row: R) -> E:
        self._read.append(row)
        return self._entity(**{name: getattr(row, name) for name in self._fields})


def taken(error: BaseException | None) -> bool:
    """Whether the database refused it because a unique value is there already."""
    said = getattr(error, "orig", error)
    return (getattr(said, "sqlstate", None) or getattr(said, "sqlite_errorname", None)) in _TAKEN


@functools.cache
def _fields_of(entity: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(entity))


_made: dict[type[Any], type[SQLAlchemyAsyncRepository[Any]]] = {}


def _repository(row: type[R]) -> type[SQLAlchemyAsyncRepository[Any]]:
    """advanced-alchemy wants a class per model; made once."""
    if row not in _made:
        _made[row] = type(f"{row.__name__}Repository", (SQLAlchemyAsyncRepository,), {"model_type": row})
    return _made[row]
