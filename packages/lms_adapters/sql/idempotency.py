"""Idempotency keys: a request repeated with the same key has one effect and gets the same answer.

The key is claimed in the use case's own transaction and committed with its effect, together with the id of the result;
the answer is rendered again from that id. Keys are kept for 24 hours.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from lms_adapters.sql.engine import Database, Driver, writing
from lms_core.domain.errors import Busy, Conflict, Unprocessable

KEPT_MS = 24 * 3600 * 1000


class KeyReused(Unprocessable, code="idempotency-key-reused"):
    """This Idempotency-Key came with another body before."""


class AlreadyDone(Conflict, code="already-done"):
    """The first request with this Idempotency-Key was carried out; this endpoint has nothing to repeat."""


class Repeated(Exception):
    """The request was done before: answer it from `answer`. Not a refusal; the web layer catches it."""

    def __init__(self, answer: UUID | None) -> None:
        super().__init__("repeated")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Key:
    """An Idempotency-Key as its caller used it. Key and body are kept as digests only."""

    caller: str
    operation: str
    key: str
    body_hash: str

    @classmethod
    def of(cls, caller: str, operation: str, key: bytes, body: bytes) -> Self:
        """The key, which is kept nowhere, salts the digest of the body: a body may hold a password."""
        return cls(caller, operation, hashlib.sha256(key).hexdigest(), hmac.digest(key, body, "sha256").hex())

    def apart(self, who: str) -> Self:
        """For a caller whom no token names: they are told apart by what they say of themselves."""
        return dataclasses.replace(self, caller=f"{self.caller} {hashlib.sha256(who.encode()).hexdigest()}")


async def claim_key(driver: Driver, key: Key, now: int) -> None:
    """Raises Repeated when it was done, KeyReused for another body, Busy while a first request still runs."""
    if driver.kind == "postgresql":  # on SQLite the one writer has waited for the first request already
        name = f"{key.caller}\n{key.operation}\n{key.key}"
        [(mine,)] = await driver.fetch("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 11))", name)
        if not mine:
            raise Busy
    rows = await driver.fetch(
        "SELECT body_hash, answer FROM lms_idempotency WHERE caller = $1 AND operation = $2 AND key = $3 AND at > $4",
        key.caller,
        key.operation,
        key.key,
        now - KEPT_MS,
    )
    if rows:
        body_hash, answer = rows[0]
        if body_hash != key.body_hash:
            raise KeyReused
        raise Repeated(UUID(answer) if answer else None)


async def keep_answer(driver: Driver, key: Key, answer: UUID | None, now: int) -> None:
    """Remember the result with its effect."""
    await driver.run(
        "INSERT INTO lms_idempotency (caller, operation, key, body_hash, answer, at) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (caller, operation, key) DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, "
        "at = excluded.at",
        key.caller,
        key.operation,
        key.key,
        key.body_hash,
        str(answer) if answer else None,
        now,
    )


async def prune(database: Database, now: int) -> None:
    """Forget keys older than 24 hours."""
    async with writing(database) as driver:
        await driver.run("DELETE FROM lms_idempotency WHERE at <= $1", now - KEPT_MS)
