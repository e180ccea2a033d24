"""A service under test: real adapters, a clock that stands still, tokens of our own making, and workers run by hand.

async with ServiceUnderTest(SERVICE, tmp_path) as service:
    await service.receive(UserCreated(...))                      # as if the bus had brought it; runs everything due
    answer = await service.client("learner", id=ADA).get("/api/v1/users/me")
    assert await service.published(ProfileUpdated) == [...]
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self, TypeVar
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from lms_adapters.platform.compose import Platform, RunningService
from lms_adapters.platform.service import Service
from lms_adapters.platform.settings import Source
from lms_adapters.sql import inbox, jobs
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.sql.sqlite import SqliteDatabase
from lms_adapters.web.auth import AUDIENCE, Fetch
from lms_core.domain.events import Envelope, Event, decode, encode
from lms_core.domain.time import to_ms
from lms_core.testing.fakes import FakeClock, FakeIds, fake_id

E = TypeVar("E", bound=Event)
_KEY = ECKey.generate_key("P-256", auto_kid=True)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def _keys() -> bytes:
    return encode({"keys": [_KEY.as_dict(private=False)]})


_MIGRATED: dict[Path | None, bytes] = {}
"""Empty databases by their revisions: each is migrated once and then copied."""


def _copied(path: Path, revisions: Path | None) -> bool:
    """Begin with a migrated file; False where there is none to copy yet."""
    if not path.exists() and revisions in _MIGRATED:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_MIGRATED[revisions])
    return path.exists()


async def _migrated(path: Path, revisions: Path | None) -> None:
    """Make the file that others are copied from."""
    database = SqliteDatabase(str(path))
    await database.open()
    await migrate(database, revisions)
    await database.close()
    _MIGRATED[revisions] = path.read_bytes()  # noqa: ASYNC240  once for a service's tests


class ServiceUnderTest:
    """One service, open between enter and exit."""

    def __init__(
        self,
        service: Service,
        folder: Path,
        environ: Mapping[str, str] | None = None,
        *,
        keys: Fetch | None = _keys,
        ids: FakeIds | None = None,
    ) -> None:
        """`environ` as the service would find it: `{"LMS_DATABASE_URL": …}`; the default is SQLite in `folder`.

        With `keys=None` the tokens of `client()` count for nothing: auth's own do, as they would in production.
        """
        self.clock = FakeClock()
        self.ids = ids or FakeIds()
        source = Source({"LMS_DATA": str(folder), **(environ or {})}, folder / "lms.toml")
        self.platform = Platform([service], source, clock=self.clock, ids=self.ids, keys=keys, workers=False)
        self.running: RunningService = self.platform.services[service.name]
        self._clients: list[httpx.AsyncClient] = []
        self._received = 0

    async def __aenter__(self) -> Self:
        database, revisions = self.running.database, self.running.service.revisions
        if isinstance(database, SqliteDatabase) and not _copied(database.path, revisions):
            await _migrated(database.path, revisions)
        await self.platform.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.aclose()
        await self.platform.close()

    def client(self, *roles: str, id: UUID | None = None) -> httpx.AsyncClient:
        """Speaks HTTP to the service: as somebody with these roles, or as nobody when none is named."""
        headers = {"authorization": f"Bearer {self.token(*roles, id=id)}"} if roles else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.running.app),  # type: ignore[arg-type]
            base_url="http://test",
            headers=headers,
        )
        self._clients.append(client)
        return client

    def token(self, *roles: str, id: UUID | None = None) -> str:
        """An access token that the service accepts for the next hour of its clock."""
        now = to_ms(self.clock.now()) // 1000
        claims = {"iss": "lms", "aud": AUDIENCE, "sub": str(id or fake_id(1)), "sid": str(fake_id(2)), "iat": now}
        claims |= {"exp": now + 3600, "roles": list(roles)}
        return jwt.encode({"alg": "ES256", "kid": _KEY.kid}, claims, _KEY)

    async def receive(self, *events: Event, drain: bool = True) -> None:
        """Put events into the inbox as ingest would, then run everything that is due."""
        workers = self.running.workers
        assert workers is not None, "a service without a database receives nothing"
        for event in events:
            self._received += 1
            envelope = Envelope(
                id=str(fake_id(900_000 + self._received)),
                source=event.stream,
                type=event.type,
                key=event.key,
                time=self.clock.now(),
                traceparent=TRACE,
                body=encode(event),
            )
            await workers.inbox.ingest(event.stream, [envelope], str(self._received))
        if drain:
            await self.drain()

    async def drain(self) -> None:
        """Send, handle and run what is due at the clock's time."""
        await self.platform.drain()

    async def advance(self, by: timedelta) -> None:
        """Let time pass and run what has become due."""
        self.clock.advance(by)
        await self.drain()

    async def give_up(self) -> None:
        """Let so much time pass that whatever fails is given up."""
        for _ in range(max(jobs.MAX_ATTEMPTS, inbox.MAX_ATTEMPTS)):
            await self.advance(2 * timedelta(milliseconds=jobs.BACKOFF.longest))

    async def published(self, kind: type[E]) -> list[E]:
        """Every event of this kind in the service's log, in order."""
        assert self.running.workers is not None
        log = await self.running.workers.outbox.log(limit=100_000)
        return [decode(kind, envelope.body) for _, envelope in log if envelope.type == kind.type]

    async def dead_letters(self) -> list[str]:
        """What the service gave up on, with its error; a test usually expects none."""
        assert self.running.workers is not None
        return [f"{d['subscription']}: {d['error']}" for d in await self.running.workers.inbox.dead_letters()]
