"""ES256 signing. The private key is made once, sealed (JWE, A256GCM) under the master key, and kept in the database."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import select

from lms_adapters.sql.engine import Database, writing
from lms_adapters.sql.reader import Query, Reader
from lms_core.domain.errors import Unavailable
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.auth.adapters.sql.tokens import SigningKeyRow
from services.auth.ports.tokens import Signer
from services.auth.settings import AuthSettings

_NEWEST = Query(select(SigningKeyRow.sealed).order_by(SigningKeyRow.created_at.desc()), dict[str, str])
_ADD = "INSERT INTO signing_key (kid, sealed, created_at) VALUES ($1, $2, $3)"


class Es256Signer(Signer):
    """Signs with the newest key and publishes all of them."""

    def __init__(self, keys: list[ECKey]) -> None:
        """`keys`: the newest first."""
        self._keys = keys

    async def sign(self, claims: dict[str, Any]) -> str:
        key = self._keys[0]
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "JWT"}, claims, key)

    async def jwks(self) -> dict[str, Any]:
        return {"keys": [{**k.as_dict(private=False), "use": "sig", "alg": "ES256"} for k in self._keys]}

    def new_secret(self) -> tuple[str, str]:
        secret = secrets.token_urlsafe(32)
        return secret, self.digest(secret)

    def digest(self, secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


async def open_signer(settings: AuthSettings, database: Database, reader: Reader, clock: Clock) -> Signer:
    """The signer with its keys; the first is made when there is none. Raises Unavailable for a wrong master key."""
    try:
        master = await asyncio.to_thread(_master_key, settings)
        await _make_first(database, master, clock)
        return Es256Signer([_unseal(row["sealed"], master) for row in await reader.all(_NEWEST)])
    except (JoseError, ValueError) as error:
        raise Unavailable(
            "nobody can sign in", note="the signing keys cannot be opened with this master key"
        ) from error


async def _make_first(database: Database, master: OctKey, clock: Clock) -> None:
    async with writing(database) as driver:  # one maker at a time, in all processes
        if driver.kind == "postgresql":
            await driver.run("SELECT pg_advisory_xact_lock(7237)")
        if not await driver.fetch("SELECT kid FROM signing_key LIMIT 1"):
            key = ECKey.generate_key("P-256", auto_kid=True)
            plain = msgspec.json.encode(key.as_dict(private=True))
            sealed = jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, plain, master)
            await driver.run(_ADD, key.kid, sealed, to_ms(clock.now()))


def _unseal(sealed: str, master: OctKey) -> ECKey:
    return ECKey.import_key(msgspec.json.decode(jwe.decrypt_compact(sealed, master).plaintext or b""))


def _master_key(settings: AuthSettings) -> OctKey:
    if settings.master_key:
        raw = base64.urlsafe_b64decode(settings.master_key + "=" * (-len(settings.master_key) % 4))
    else:
        raw = _kept_key(Path(settings.data) / "auth.master.key")
    if len(raw) != 32:
        raise ValueError("the master key must be 32 bytes")
    return OctKey.import_key(raw)


def _kept_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_suffix(f".{secrets.token_hex(4)}")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)  # whole or not at all, and the first one counts
        made.unlink()
    return path.read_bytes()
