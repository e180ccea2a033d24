"""The school on a platform: made, made good after a kill, made nowhere else."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import Source
from lms_adapters.telemetry import tracing
from lms_cli.api import eventually
from lms_cli.output import console
from lms_cli.platform import services
from lms_cli.school.making import traceparent
from lms_cli.school.plan import Plan, opening_before
from lms_cli.school.seeding import compose, make_alone, make_school
from lms_cli.seed import composed, make_while_running, print_school
from lms_cli.tests.conftest import Line
from lms_core.domain.time import to_ms
from lms_core.testing.fakes import FakeClock
from services.auth.usecases.registration import Register
from tests.engines.postgres import Postgres

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 27, 16, 40, tzinfo=UTC)
LEARNERS = 2
PLAN = Plan(opening_before(NOW), LEARNERS)
ALONE = f"""
import asyncio, sys
from datetime import datetime
from pathlib import Path
from lms_adapters.platform.settings import Source
from lms_cli.school.seeding import make_alone
from lms_core.testing.fakes import FakeClock
clock = FakeClock(datetime.fromisoformat({NOW.isoformat()!r}))
shown = lambda done, total, at: print(done, flush=True)
source = Source({{"LMS_DATA": sys.argv[1]}}, Path(sys.argv[1], "lms.toml"))
asyncio.run(make_alone(source, shown, clock=clock, learners={LEARNERS}))
"""


def make(data: Path, learners: int = LEARNERS, environ: dict[str, str] | None = None) -> int:
    source = Source({"LMS_DATA": str(data), **(environ or {})})
    made = asyncio.run(make_alone(source, lambda done, total, at: None, clock=FakeClock(NOW), learners=learners))
    return made.steps


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one, made without a break."""
    data = tmp_path_factory.mktemp("school")
    assert make(data) == len(PLAN.steps)
    return data


def killed(data: Path, after: int) -> bool:
    """Begin or go on, and be killed some steps later; whether it was."""
    command = [sys.executable, "-c", ALONE, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for _ in zip(range(after), process.stdout, strict=False):
            pass
        process.kill()
    return process.returncode == -signal.SIGKILL


ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
SPAN = re.compile(r"-[0-9a-f]{16}-")
LEFT_OUT = {"credential", "signing_key", "lms_lease", "lms_job", "lms_inbox", "lms_ingest_pos", "lms_audit"}
CHANCE = {"lms_outbox": ("id", "event_id")}
"""Columns that are left out: positions in a log."""


def portrait(data: Path) -> dict[str, list[str]]:
    """Everything that services keep, but for what chance makes: ids that nothing foretells, keys and hashes."""
    told = {
        id.hex
        for id in (
            *(person.id for person in PLAN.people),
            *PLAN.course_ids.values(),
            *(PLAN.new_id(step.at, *step.mark) for step in PLAN.steps),
            *(activity.activity_id for step in PLAN.steps for activity in step.activities),
            *(topic.id for text in PLAN.texts.values() for topic in text.topics),
        )
    }

    def plain(value: Any) -> str:
        text = value.decode() if isinstance(value, bytes) else str(value)
        text = SPAN.sub("-·-", text)
        return ID.sub(lambda found: found[0] if found[0].replace("-", "") in told else "·", text)

    tables: dict[str, list[str]] = {}
    for path in sorted(data.glob("*.db")):
        with sqlite3.connect(path) as database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if name in LEFT_OUT or name.startswith("sqlite_"):
                    continue
                cursor = database.execute(f"SELECT * FROM {name}")
                wanted = [i for i, column in enumerate(cursor.description) if column[0] not in CHANCE.get(name, ())]
                rows = [" ".join(plain(row[i]) for i in wanted) for row in cursor.fetchall()]
                tables[f"{path.stem}.{name}"] = sorted(rows)
        database.close()
    return tables


def test_killed_again_and_again_it_becomes_the_same_school(school: Path, tmp_path: Path) -> None:
    steps = len(PLAN.steps)
    for after in (5, 13, steps // 2):
        assert killed(tmp_path, after)
    left = make(tmp_path)
    assert 0 < left <= steps - steps // 2 - 18
    pictured, whole = portrait(tmp_path), portrait(school)
    assert pictured.keys() == whole.keys()
    for table, rows in whole.items():
        assert pictured[table] == rows, table
    assert sum(map(len, whole.values())) > 500
    assert make(tmp_path) == 0


async def test_it_is_sound_and_everything_has_happened_in_its_time(school: Path) -> None:
    keeping = [service for service in services() if service.tables is not None]
    platform = Platform(keeping, Source({"LMS_DATA": str(school)}), workers=False)
    await platform.open(receive=False)
    try:
        for one in platform.services.values():
            assert one.workers is not None
            assert one.database is not None
            assert await one.workers.inbox.dead_letters() == []
            backlog = await one.workers.measure()
            assert backlog == dict.fromkeys(backlog, 0), one.service.name
            moments = await one.database.read(
                "SELECT at, 0 FROM lms_outbox UNION SELECT since, done_at - since FROM lms_inbox", ()
            )
            expected = {(round(step.at.timestamp() * 1000), 0) for step in PLAN.steps}
            assert {*moments} <= expected, "something was published, received or handled when nobody did anything"
        with console.capture() as said:
            await print_school(platform)
        assert "admin@school.example" in said.get()
        assert "learning-by-doing" in said.get()
    finally:
        await platform.close()


async def register(data: Path, email: str) -> None:
    platform = Platform([s for s in services() if s.name == "auth"], Source({"LMS_DATA": str(data)}), workers=False)
    await platform.open(receive=False)
    try:
        async with platform.container("auth")() as scope:
            await (await scope.get(Register))(email=email, password="a long and good one", display_name="Ada")
    finally:
        await platform.close()


def test_who_comes_later_does_not_keep_it_from_being_finished(school: Path) -> None:
    asyncio.run(register(school, "ada@example.org"))
    assert make(school) == 0, "what is there, is there"
    assert make(school, LEARNERS + 1) > 0


async def test_it_is_made_while_the_platform_runs_and_others_live_in_the_present(tmp_path: Path) -> None:
    clock = FakeClock(NOW)
    platform = compose(services(), Source({"LMS_DATA": str(tmp_path)}), clock)
    await platform.open()
    gateway: Any = platform.neighbours["gateway"]
    transport = httpx.ASGITransport(gateway)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as visitor:
            coming: list[asyncio.Task[httpx.Response]] = []

            def shown(done: int, _total: int, _at: datetime) -> None:
                if done % 10 == 1:
                    body = {"email": f"v{done}@example.org", "password": "a long and good one", "display_name": "V"}
                    coming.append(asyncio.create_task(visitor.post("/api/v1/auth/register", json=body)))

            made = await make_school(platform, shown, learners=LEARNERS)
            assert made.steps == len(PLAN.steps)
            assert {answer.status_code for answer in await asyncio.gather(*coming)} == {202}
        with tracing.resumed(traceparent(PLAN.steps[0])):
            assert platform.clock.now() == NOW, "whoever knows a trace id does not turn time back"
        await platform.drain()
        user, now = platform.services["user"].database, to_ms(NOW)
        assert user is not None
        rows = await user.read("SELECT at, since, done_at FROM lms_inbox WHERE at = $1", (now,))
        assert rows == [(now, now, now)] * len(coming)
        [(profiles,)] = await user.read("SELECT count(*) FROM profile WHERE display_name = 'V'", ())
        assert profiles == len(coming)
    finally:
        await platform.close()


def test_other_peoples_data_is_refused_in_one_line(lms: Line) -> None:
    assert lms("admin", "create", "head@example.org").exit_code == 0
    refused = lms("seed")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert "not the school's" in refused.output
    with console.capture() as said:
        asyncio.run(started(Source({"LMS_DATA": str(lms.data)})))
    assert said.get() == "", "`lms up --school` runs without one"


async def started(source: Source) -> None:
    """What `lms up --school` does after the start; its workers are seen to have begun."""
    platform = composed(services(), source)
    await platform.open()
    try:
        await make_while_running(platform)
        assert all(one.workers.faults() == {} for one in platform.services.values() if one.workers is not None)
        async with platform.container("auth")() as scope:
            await (await scope.get(Register))(email="a@example.org", password="a long and good one", display_name="A")
        user = platform.services["user"].database
        assert user is not None

        async def welcomed() -> object:
            return await user.read("SELECT 1 FROM profile WHERE display_name = 'A'", ()) or None

        await eventually(welcomed, "a newcomer's profile")
    finally:
        await platform.close()


@pytest.mark.parametrize(("name", "value"), [("LMS_PROFILE", "production"), ("LMS_BUS_URL", "nats://127.0.0.1:4222")])
def test_where_it_cannot_be_it_is_refused_before_anything_is_touched(
    empty: Line, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = empty("seed", "--json")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.startswith(f"Error: {name.removeprefix('LMS_').lower()}: ")
    assert list(empty.data.glob("*.db")) == []


@pytest.mark.engine
def test_it_is_made_on_postgresql_too(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    postgres: Postgres = request.getfixturevalue("postgres")
    environ = {}
    for service in services():
        if service.tables is not None:
            postgres.create_database(f"school_{service.name}")
            environ[f"LMS_{service.name.upper()}_DATABASE_URL"] = postgres.database_url(f"school_{service.name}")
    assert make(tmp_path, environ=environ) == len(PLAN.steps)
    assert make(tmp_path, environ=environ) == 0
