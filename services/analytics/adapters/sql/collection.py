"""The staging table."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Index, Table, func, insert, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.engine import Database, writing
from lms_adapters.sql.reader import Query, Reader
from lms_core.domain.events import Envelope
from lms_core.domain.time import from_ms
from services.analytics.adapters.sql.base import Row
from services.analytics.domain.collection import Batch, RawEvent, raw_event
from services.analytics.ports.collection import Staging


class StagedRow(Row):
    __tablename__ = "staged_event"

    event_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    source: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[bytes]
    batch_id: Mapped[str | None]

    __table_args__ = (Index(None, "batch_id", "at"),)


_ADD = insert(cast("Table", StagedRow.__table__))
_GATE = 7241
"""PostgreSQL's advisory lock: held together by those who stage, alone by the job that finishes."""
_UNDER_WAY = "SELECT batch_id FROM staged_event WHERE batch_id IS NOT NULL LIMIT 1"
_ASSIGN = """
UPDATE staged_event SET batch_id = $1 WHERE batch_id IS NULL AND event_id IN (
  SELECT event_id FROM staged_event WHERE batch_id IS NULL ORDER BY at LIMIT $2)
"""
_OF_BATCH = "SELECT event_id, type, source, key, at, body FROM staged_event WHERE batch_id = $1 ORDER BY at"
_oldest_of_each = union_all(
    select(func.min(StagedRow.at).label("at")).where(StagedRow.batch_id.is_(None)),
    select(func.min(StagedRow.at)).where(StagedRow.batch_id.is_not(None)),
).subquery()
_OLDEST: Query[dict[str, Any]] = Query(select(func.min(_oldest_of_each.c.at).label("at")), dict)


class SqlStaging(Staging):
    def __init__(self, database: Database, session: AsyncSession, reader: Reader) -> None:
        self._database = database
        self._session = session
        self._reader = reader

    async def add(self, envelope: Envelope) -> None:
        await self._gate("pg_advisory_xact_lock_shared")
        row = {
            "event_id": envelope.id,
            "type": envelope.type,
            "source": envelope.source,
            "key": envelope.key,
            "at": envelope.time,
            "body": envelope.body,
        }
        await self._session.execute(_ADD, row)

    async def take(self, batch_id: UUID, limit: int) -> Batch | None:
        async with writing(self._database) as driver:
            under_way = await driver.fetch(_UNDER_WAY)
            id = str(under_way[0][0]) if under_way else str(batch_id)
            if not under_way:
                await driver.run(_ASSIGN, id, limit)
            rows = await driver.fetch(_OF_BATCH, id)
        return Batch(id=UUID(id), events=tuple(_event(row) for row in rows)) if rows else None

    async def remove(self, batch_id: UUID) -> None:
        await self._session.execute(text("DELETE FROM staged_event WHERE batch_id = :id"), {"id": str(batch_id)})

    async def waiting(self) -> bool:
        await self._gate("pg_advisory_xact_lock")
        rows = await self._session.execute(text("SELECT 1 FROM staged_event LIMIT 1"))
        return rows.first() is not None

    async def oldest(self) -> datetime | None:
        row = await self._reader.one(_OLDEST)
        return None if row is None else row["at"]

    async def _gate(self, lock: str) -> None:
        """On SQLite one transaction writes at a time; on PostgreSQL this keeps those who stage from one who looks."""
        if self._database.kind == "postgresql":
            await self._session.execute(text(f"SELECT {lock}({_GATE})"))


def _event(row: Sequence[Any]) -> RawEvent:
    id, type, source, key, at, body = row
    facts, said = _read(bytes(body))
    return raw_event(id=id, type=type, source=source, key=key, time=from_ms(at), facts=facts, body=said)


def _read(body: bytes) -> tuple[object, str]:
    """The body decoded and as JSON text; a stranger's that is no JSON is kept in base64."""
    facts: object
    try:
        facts = msgspec.json.decode(body)
        return facts, msgspec.json.encode(facts).decode()
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        facts = {"base64": base64.b64encode(body).decode()}
        return facts, msgspec.json.encode(facts).decode()
