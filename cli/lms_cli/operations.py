"""What an operator can ask of a platform. Each operation is an asynchronous generator of rows.

It runs inside the running platform (through its control socket), or on the folder itself when nothing runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from lms_adapters.platform.compose import Platform, RunningService
from lms_adapters.platform.keys import call
from lms_adapters.platform.replay import CannotReplay, replay
from lms_adapters.platform.settings import Settings
from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, standing
from lms_adapters.sql.outbox import Outbox
from lms_core.domain.errors import Refusal, Unavailable, in_full

Row = dict[str, Any]
Operation = Callable[..., AsyncIterator[Row]]
OPERATIONS: dict[str, Operation] = {}


class OperationFailed(Exception):
    """The operation could not be done; one line for the operator."""


def words(error: BaseException) -> str:
    """An error as one line for a person."""
    if isinstance(error, Unavailable):
        return in_full(error)
    if isinstance(error, (Refusal, OperationFailed)):
        faults = error.facts.get("errors", []) if isinstance(error, Refusal) else []
        listed = "; ".join(f"{f['pointer']} {f['detail']}" for f in faults) if isinstance(faults, list) else ""
        return listed or str(error)
    return in_full(error)


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register under the name that the command line uses."""

    def register(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return register


def stores(platform: Platform, service: str | None = None) -> list[RunningService]:
    """The services with a database, or the named one. Raises OperationFailed."""
    found = [s for name, s in platform.services.items() if s.database is not None and service in (None, name)]
    if service is not None and not found:
        here = "has no database" if service in platform.services else "does not run here"
        raise OperationFailed(f"{service} {here}")
    return found


def missing(url: str) -> bool:
    """Whether it is a file that is not there: opening it would make it."""
    return url.startswith("sqlite:") and not os.path.exists(url.removeprefix("sqlite:///"))


@operation("db.status")
async def db_status(platform: Platform, service: str | None = None) -> AsyncIterator[Row]:
    """Where each database stands."""
    for one in stores(platform, service):
        assert one.database is not None
        for where in await standing(one.database, one.service.revisions):
            state = "up to date" if where.up_to_date else ("behind" if where.known else "newer than this code")
            yield {
                "service": one.service.name,
                "branch": where.branch,
                "current": where.current or "-",
                "head": where.head or "-",
                "state": state,
            }


@operation("events.log")
async def events_log(
    platform: Platform, service: str | None = None, trace_id: str | None = None, limit: int = 50
) -> AsyncIterator[Row]:
    """The newest published events, oldest first."""
    rows: list[tuple[int, Row]] = []
    for one in stores(platform, service):
        assert one.database is not None
        where, args = ("WHERE substr(traceparent, 4, 32) = $2", (limit, trace_id)) if trace_id else ("", (limit,))
        found = await one.database.read(
            "SELECT id, event_id, type, key, at, traceparent FROM lms_outbox "  # noqa: S608
            f"{where} ORDER BY id DESC LIMIT $1",
            args,
        )
        rows += [
            (at, {"at": at, "type": type_, "key": key, "id": id, "trace_id": traceparent[3:35], "position": position})
            for position, id, type_, key, at, traceparent in found
        ]
    rows.sort(key=lambda row: row[0])
    for _, row in rows[-limit:]:
        yield row


@operation("trace")
async def trace(platform: Platform, trace_id: str) -> AsyncIterator[Row]:
    """What the services here know of a trace, row by row; the gateway remembers the requests."""
    if "gateway" in platform.services:
        from services.gateway.domain.monitoring import Recollection

        for step in (await platform.container("gateway").get(Recollection)).of(trace_id):
            yield msgspec.to_builtins(step)
    for one in platform.services.values():
        for step in await one.insight.trace(trace_id):
            yield msgspec.to_builtins(step)


@operation("events.tail")
async def events_tail(platform: Platform, service: str | None = None) -> AsyncIterator[Row]:
    """Events as they are published, until interrupted."""
    positions: dict[str, int] = {}
    for one in stores(platform, service):
        assert one.database is not None
        [(last,)] = await one.database.read("SELECT coalesce(max(id), 0) FROM lms_outbox", ())
        positions[one.service.name] = last
    while True:
        for one in stores(platform, service):
            assert one.database is not None
            for id, envelope in await Outbox(one.database).log(after=positions[one.service.name]):
                positions[one.service.name] = id
                yield {
                    "at": envelope.time.isoformat(),
                    "type": envelope.type,
                    "key": envelope.key,
                    "trace_id": envelope.traceparent[3:35],
                }
        await asyncio.sleep(0.25)


@operation("events.dead-letters")
async def dead_letters(platform: Platform, service: str | None = None, failing: bool = False) -> AsyncIterator[Row]:
    """Events that a subscription gave up on, or still tries; each holds up the later events of its key."""
    for one in stores(platform, service):
        assert one.workers is not None
        for row in await one.workers.inbox.dead_letters(failing=failing):
            yield {"service": one.service.name, **row}


@operation("events.release")
async def release(platform: Platform, service: str, seq: int, skip: bool = False) -> AsyncIterator[Row]:
    """Requeue or skip one dead letter."""
    [one] = stores(platform, service)
    assert one.workers is not None
    if not await one.workers.inbox.release(seq, skip=skip):
        raise OperationFailed(f"{service} has no dead letter {seq}")
    yield {"service": service, "seq": seq, "state": "skipped" if skip else "requeued"}


@operation("events.backlog")
async def backlog(platform: Platform, service: str | None = None) -> AsyncIterator[Row]:
    """What waits: unsent events, unhandled events, jobs."""
    for one in stores(platform, service):
        assert one.workers is not None
        yield {"service": one.service.name, **await one.workers.measure()}


@operation("events.resume")
async def events_resume(platform: Platform, service: str, stream: str) -> AsyncIterator[Row]:
    """Go on with the oldest that the bus has of a stream of which it lost events."""
    [one] = stores(platform, service)
    assert one.workers is not None
    if platform.settings.bus_url.startswith("memory"):
        raise OperationFailed("the memory bus reads the publishers' logs and has lost nothing")
    position = await one.workers.resume(stream)
    if position is None:
        raise OperationFailed(f"{service} has read nothing of {stream}")
    yield {"service": service, "stream": stream, "stood at": position, "state": "goes on from the oldest"}


@operation("events.replay")
async def events_replay(platform: Platform, name: str, verify: bool = False, lost: bool = False) -> AsyncIterator[Row]:
    """`{"read": n}` as it goes, then a row for each difference; see `lms_adapters.platform.replay`."""
    service = name.partition(".")[0]
    [one] = stores(platform, service)
    async with contextlib.AsyncExitStack() as life:
        logs = {o.service.stream: Outbox(o.database) for o in stores(platform) if o.database is not None}
        for stream in {e.stream for s in one.service.subscriptions if s.name == name for e in s.events} - set(logs):
            log = await life.enter_async_context(_log_elsewhere(platform, stream))
            if log is not None:
                logs[stream] = log
        read: asyncio.Queue[int] = asyncio.Queue()
        work = asyncio.create_task(replay(name, one, logs, verify=verify, lost=lost, progress=read.put_nowait))
        try:
            while not work.done():
                look = asyncio.create_task(read.get())
                await asyncio.wait({look, work}, return_when=asyncio.FIRST_COMPLETED)
                if look.done():
                    yield {"read": look.result()}
                look.cancel()
            found = work.result()
        except CannotReplay as error:
            raise OperationFailed(str(error)) from error
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
    yield {"read": found.handled, "waiting": found.waiting, "mended": found.mended}
    for row in found.rows:
        yield msgspec.to_builtins(row, enc_hook=str)
    for left in found.unhandled:
        yield {
            "table": left.type,
            "key": {"key": left.key, "event": left.event_id},
            "kind": "unhandled",
            "live": {},
            "rebuilt": {"error": left.error},
        }


@contextlib.asynccontextmanager
async def _log_elsewhere(platform: Platform, stream: str) -> AsyncIterator[Outbox | None]:
    """The log of a service in another process, where its database can be opened from here; only read."""
    service = stream.rpartition(".")[2]
    url = platform.source.load(Settings, service).database_url
    if missing(url):
        yield None
        return
    database = open_database(url, pool=2)
    await database.open()
    try:
        yield Outbox(database)
    finally:
        await database.close()


@operation("jobs.list")
async def jobs_list(platform: Platform, service: str | None = None, dead: bool = False) -> AsyncIterator[Row]:
    """Open jobs by due time, or those that were given up."""
    for one in stores(platform, service):
        assert one.workers is not None
        for row in await one.workers.queue.listing(dead=dead):
            yield {"service": one.service.name, **row}


@operation("jobs.requeue")
async def jobs_requeue(platform: Platform, service: str, id: str) -> AsyncIterator[Row]:
    """Give a dead job its attempts again."""
    [one] = stores(platform, service)
    assert one.workers is not None
    if not await one.workers.queue.requeue(id):
        raise OperationFailed(f"{service} has no dead job {id}")
    yield {"service": service, "id": id, "state": "requeued"}


@operation("jobs.cancel")
async def jobs_cancel(platform: Platform, service: str, id: str) -> AsyncIterator[Row]:
    """Take a job out of the queue."""
    [one] = stores(platform, service)
    assert one.workers is not None
    if not await one.workers.queue.cancel(id):
        raise OperationFailed(f"{service} has no open or dead job {id}")
    yield {"service": service, "id": id, "state": "cancelled"}


@operation("admin.create")
async def admin_create(platform: Platform, email: str, name: str, password: str | None = None) -> AsyncIterator[Row]:
    """An account with the role admin; without a password an invitation to choose one."""
    from services.auth.usecases.credentials import InviteAdministrator
    from services.auth.usecases.registration import RegisterAdministrator

    if "auth" not in platform.services:
        raise OperationFailed("auth does not run here")
    async with platform.container("auth")() as scope:
        if password:
            register = await scope.get(RegisterAdministrator)
            account = await register(email=email, password=password, display_name=name)
            yield {"user_id": str(account.id), "email": account.email}
        else:
            invite = await scope.get(InviteAdministrator)
            account, token = await invite(email=email, display_name=name)
            url = f"{platform.settings.public_url}/api/v1/auth/credentials"
            yield {"user_id": str(account.id), "email": account.email, "url": url, "token": token}


@operation("check")
async def check(platform: Platform) -> AsyncIterator[Row]:
    """Everything that can be wrong with an installation, looked at."""
    for one in platform.services.values():
        name = one.service.name
        faults = await one.faults(in_full)
        yield {"what": f"{name}: ready", "ok": not faults, "detail": "; ".join(f"{k}: {v}" for k, v in faults.items())}
        if one.database is None:
            continue
        behind = [w for w in await standing(one.database, one.service.revisions) if not w.up_to_date]
        yield {
            "what": f"{name}: migrations",
            "ok": not behind,
            "detail": ", ".join(f"{w.branch} {w.current}" for w in behind),
        }
        assert one.service.tables is not None
        assert one.workers is not None
        differences = [] if behind else await drift(one.database, one.service.tables)
        yield {"what": f"{name}: schema", "ok": not differences, "detail": "; ".join(differences)}
        dead = len(await one.workers.inbox.dead_letters()) + (await one.workers.queue.backlog())["dead"]
        yield {"what": f"{name}: dead letters", "ok": not dead, "detail": f"{dead} wait for you" if dead else ""}
    try:
        await platform.bus.ready()
        yield {"what": "bus", "ok": True, "detail": ""}
    except Unavailable as error:
        yield {"what": "bus", "ok": False, "detail": in_full(error)}


@operation("openapi")
async def openapi(platform: Platform) -> AsyncIterator[Row]:
    """The gateway's merged document."""
    if "gateway" not in platform.neighbours:
        raise OperationFailed("the gateway does not run here")
    yield {"document": msgspec.json.decode(await call(platform.neighbours["gateway"], "/openapi.json"))}
