"""Tallies of failures and known places on SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Uuid, bindparam, delete, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.engine import Database, Driver, writing
from lms_adapters.sql.types import Utc
from lms_core.domain.time import from_ms, to_ms
from services.auth.adapters.sql.base import Row
from services.auth.domain.lockout import KNOWN_FOR, Patience, Tally
from services.auth.ports.lockout import Places, Tallies


class TallyRow(Row):
    __tablename__ = "sign_in_tally"

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    at: Mapped[datetime]
    forgiven_at: Mapped[datetime] = mapped_column(index=True)


class KnownPlaceRow(Row):
    __tablename__ = "known_place"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


_MAKE = "INSERT INTO sign_in_tally (key, failures, at, forgiven_at) VALUES ($1, 0, $2, $2) ON CONFLICT (key) DO NOTHING"
_LOCK = {
    "sqlite": "SELECT failures, at FROM sign_in_tally WHERE key = $1",
    "postgresql": "SELECT failures, at FROM sign_in_tally WHERE key = $1 FOR UPDATE",
}
_KEEP = "UPDATE sign_in_tally SET failures = $2, at = $3, forgiven_at = $4 WHERE key = $1"
_FORGET = {
    "sqlite": "DELETE FROM sign_in_tally WHERE forgiven_at <= $1",
    "postgresql": "DELETE FROM sign_in_tally WHERE key IN (SELECT key FROM sign_in_tally WHERE forgiven_at <= $1 "
    "LIMIT 100 FOR UPDATE SKIP LOCKED)",
}
_TAKE_BACK = text("UPDATE sign_in_tally SET failures = failures - 1 WHERE key = :key AND failures > 0")
_REMEMBER = text(
    "INSERT INTO known_place (user_id, place, seen_at) VALUES (:user_id, :place, :now) "
    "ON CONFLICT (user_id, place) DO UPDATE SET seen_at = excluded.seen_at"
).bindparams(bindparam("user_id", type_=Uuid()), bindparam("now", type_=Utc()))


class SqlTallies(Tallies):
    def __init__(self, session: AsyncSession, database: Database) -> None:
        self._session = session
        self._database = database

    async def count(self, keys: Mapping[str, Patience], now: datetime) -> timedelta:
        async with writing(self._database) as driver:
            tallies = {key: await self._locked(driver, key, now) for key in sorted(keys)}
            wait = max(tally.wait(keys[key], now) for key, tally in tallies.items())
            for key, tally in tallies.items():
                if not wait:
                    tally.count(keys[key], now)
                    until = tally.forgiven_at(keys[key])
                    await driver.run(_KEEP, key, tally.failures, to_ms(tally.at), to_ms(until))
            await driver.run(_FORGET[driver.kind], to_ms(now))
        return wait

    async def _locked(self, driver: Driver, key: str, now: datetime) -> Tally:
        await driver.run(_MAKE, key, to_ms(now))
        [(failures, at)] = await driver.fetch(_LOCK[driver.kind], key)
        return Tally(failures=failures, at=from_ms(at))

    async def take_back(self, keys: Iterable[str]) -> None:
        for key in sorted(keys):
            await self._session.execute(_TAKE_BACK, {"key": key})


class SqlPlaces(Places):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def remember(self, user_id: UUID, place: str, now: datetime) -> None:
        await self._session.execute(_REMEMBER, {"user_id": user_id, "place": place, "now": now})
        await self._session.execute(
            delete(KnownPlaceRow).where(KnownPlaceRow.user_id == user_id, KnownPlaceRow.seen_at <= now - KNOWN_FOR)
        )
