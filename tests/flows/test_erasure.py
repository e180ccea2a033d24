"""Register, live, leave: afterwards nothing says who it was, and everything that others rely on is still there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lms_cli.api import Api, Person, sign_in
from lms_cli.platform import services
from lms_cli.stories import Stage, content, enrollment, registration
from tests.engines.postgres import Postgres
from tests.faults.stores import STORES, Stores, until
from tests.platforms import RunningPlatform, running

pytestmark = pytest.mark.timeout(300)

PHONE = "+49 30 90182077"
PROJECTIONS = [s.name for service in services() for s in service.subscriptions if s.replayable]


async def live(stage: Stage) -> tuple[Person, list[str]]:
    """A learner with a past; what they must be forgotten by."""
    learner = await registration(stage)
    await content(stage, learner, await enrollment(stage, learner))
    name = f"Countess {secrets.token_hex(6)}"
    bio = f"Poetical science {secrets.token_hex(6)}"
    etag = (await learner.api.call("GET", "/api/v1/users/me")).headers["etag"]
    await learner.api.call("PATCH", "/api/v1/users/me", {"display_name": name, "bio": bio}, if_match=etag)
    await learner.api.post("/api/v1/devices", {"channel": "sms", "address": PHONE, "name": "Phone"})
    return learner, [learner.email, "Lovelace", name, bio, PHONE.replace(" ", "")]


async def leave(learner: Person) -> None:
    """They go, and are told that they are gone."""
    await learner.api.call("POST", "/api/v1/auth/erase", {"password": "not it"}, status=401)
    await learner.api.call("POST", "/api/v1/auth/erase", {"password": learner.password}, status=204)


async def gone(stage: Stage, learner: Person, stores: Stores) -> None:
    """Though everything died at that moment: to others they are nobody, and the books are as they were."""
    await learner.api.call("POST", "/api/v1/auth/erase", {"password": learner.password}, status=204)
    await until(lambda: [n for n in STORES if not stores.number(n, "count(*) FROM lms_erased")], "told everybody")
    await until(stores.waiting, "calm")
    instructor = stage.instructor
    assert instructor is not None
    instructor.api = stage.api
    await learner.api.call("GET", "/api/v1/users/me", status=404)
    assert (await learner.api.call("GET", "/api/v1/notifications")).body["items"] == []
    assert await stage.mails(learner.email, "") == []
    await sign_in(instructor)
    await instructor.api.call("GET", f"/api/v1/users/{learner.id}", status=404)
    me = {"email": learner.email, "password": learner.password}
    await stage.api.call("POST", "/api/v1/auth/login", me, status=401)
    bare = learner.id.replace("-", "")
    for service, table in (("course", "enrollment"), ("billing", "invoice"), ("billing", "payment")):
        whose = "replace(lower(CAST(learner_id AS TEXT)), '-', '')"
        assert stores.number(service, f"count(*) FROM {table} WHERE {whose} = '{bare}'") == 1, table
    assert stores.given_up() == {}


async def verified(platform: RunningPlatform) -> None:
    """Every projection is what the logs make of it, and every log can be read."""
    for name in PROJECTIONS:
        told = [row async for row in platform.operate("events.replay", (), name=name, verify=True)]
        assert [row for row in told if "read" not in row] == [], name
        assert told[-1]["waiting"] == 0, name
    known = {event.type for service in services() for event in service.publishes}
    log = [row async for row in platform.operate("events.log", (), limit=100_000)]
    assert {row["type"] for row in log} <= known
    assert "lms.auth.UserErased.v1" in {row["type"] for row in log}


async def story(platform: RunningPlatform, stores: Stores) -> list[str]:
    """All of it; what is to be found nowhere."""
    try:
        async with Api.open(platform.url) as api:
            stage = Stage(api, platform.operate, lambda _: None)
            learner, words = await live(stage)
            await until(stores.waiting, "calm")
            held = [word for word in words if where(stores, platform.data, word)]
            assert held == words, "what is not there before cannot be missed afterwards"
            await leave(learner)
            platform.kill()
        platform.start()
        async with Api.open(platform.url) as api:
            stage.api, learner.api = api, api.signed_in(learner.api.token)
            await gone(stage, learner, stores)
            await verified(platform)
        assert platform.stop() == {"gateway": 0}
    except BaseException:
        print(platform.logs())
        raise
    return words


def where(stores: Stores, data: Path, word: str) -> list[str]:
    """Rows and files that hold a word, bodies included, free space of SQLite's files too."""
    found = [path.name for path in data.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
    if stores.on_postgresql:
        as_hex = word.encode().hex()
        for service in STORES:
            tables = stores.column(service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for table in tables:
                text = f"count(*) FROM {table} t WHERE strpos(t::text, '{word}') + strpos(t::text, '{as_hex}') > 0"
                if stores.number(service, text):
                    found.append(f"{service}.{table}")
    return found


def columns(data: Path) -> list[dict[str, Any]]:
    """The bodies in the columnar store, which is compressed: its bytes say nothing."""
    with duckdb.connect(data / "analytics.duckdb", read_only=True) as connection:
        return [json.loads(body) for (body,) in connection.execute("SELECT body FROM event").fetchall()]


def assert_forgotten(stores: Stores, platform: RunningPlatform, words: Iterable[str]) -> None:
    raw = columns(platform.data)
    assert {"email", "display_name"} <= {name for body in raw for name in body}, "it has events about people"
    for word in words:
        assert where(stores, platform.data, word) == [], word
        assert word not in json.dumps(raw), word
        assert word not in platform.logs(), word


async def test_nothing_says_who_it_was(tmp_path: Path) -> None:
    with running(tmp_path, {}) as platform:
        stores = Stores(platform.data)
        assert_forgotten(stores, platform, await story(platform, stores))


@pytest.mark.engine
async def test_nor_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    stores = Stores(tmp_path, postgres, "erased")
    with running(tmp_path, stores.create()) as platform:
        assert_forgotten(stores, platform, await story(platform, stores))
