"""On PostgreSQL several transactions write at once: the job's last look waits for those that stage."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.domain.events import Envelope
from lms_core.ports.jobs import JobRun
from lms_core.ports.uow import UnitOfWork
from lms_core.testing.fakes import MORNING
from services.analytics.ports.collection import Staging
from services.analytics.service import SERVICE
from services.analytics.usecases.collection import LINGER, Load, LoadStaged

BLOCKED = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7241 AND NOT granted"


@pytest.mark.engine
async def test_the_last_look_sees_what_is_being_staged(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        database, container = service.running.database, service.platform.container("analytics")
        assert database is not None
        assert service.running.workers is not None
        async with container() as scope, container() as other:
            staging, load = await scope.get(Staging), await other.get(LoadStaged)
            async with await scope.get(UnitOfWork):
                await staging.add(
                    Envelope(id="a", source="com.example", type="x", key="k", time=MORNING, traceparent="", body=b"{}")
                )
                finishing = asyncio.create_task(load(Load(), JobRun("job", 1, last=False)))
                while (await database.read(BLOCKED, ()))[0][0] == 0:
                    assert not finishing.done()
            await finishing
        assert await service.running.workers.queue.next_due() is not None, "it looks once more, after a while"
        await service.advance(LINGER)
        assert (await database.read("SELECT count(*) FROM staged_event", ()))[0][0] == 0


@pytest.mark.engine
async def test_those_who_stage_do_not_wait_for_each_other(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        container = service.platform.container("analytics")
        async with container() as one, container() as other:
            for scope, id in ((one, "a"), (other, "b")):
                await (await scope.get(UnitOfWork)).__aenter__()
                await (await scope.get(Staging)).add(
                    Envelope(id=id, source="com.example", type="x", key=id, time=MORNING, traceparent="", body=b"{}")
                )
            for scope in (other, one):
                await (await scope.get(UnitOfWork)).__aexit__(None, None, None)
