"""What a service tells of itself below /internal: its pulse and its part of a trace, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.sql import traces
from lms_adapters.sql.engine import writing
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_adapters.tests.platform.toy.service import SERVICE, TROUBLE, PointScored
from lms_core.domain.pulse import Pulse
from lms_core.domain.time import to_ms
from lms_core.domain.traces import tell

ID = TRACE[3:35]
SECRET = "ada@example.org"


@pytest.fixture
async def toy(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    TROUBLE.__init__()  # type: ignore[misc]
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        yield service


async def get(toy: ServiceUnderTest, path: str) -> Any:
    answer = await toy.client().get(path)
    assert answer.status_code == 200
    assert SECRET not in answer.text
    return answer.json()


def points(*numbers: int) -> list[PointScored]:
    return [PointScored(player=SECRET, number=n) for n in numbers]


async def test_a_trace_leads_from_the_event_to_the_job(toy: ServiceUnderTest) -> None:
    await toy.receive(*points(1, 2, 3))
    story = tell(ID, await toy.running.insight.trace(ID))
    assert story is not None
    assert [(depth, step.kind, step.name, step.state) for depth, step in story.walk() if step.name != "toy.score"] == [
        (0, "consumer", "toy.count-point", "done"),
        (0, "consumer", "toy.count-point", "done"),
        (0, "consumer", "toy.count-point", "done"),
        (1, "event", "lms.toy.PlayerWon.v1", "sent"),
        (1, "job", "toy.congratulate", "done"),
    ]
    assert story.complete
    served = await get(toy, f"/internal/traces/{ID}")
    assert len(served) == 8
    assert await get(toy, f"/internal/traces/{'a' * 32}") == []


async def test_what_went_wrong_is_told_by_its_kind(toy: ServiceUnderTest) -> None:
    TROUBLE.poison.add(1)
    TROUBLE.provider_down = 1
    await toy.receive(*points(1))
    await toy.receive(*(PointScored(player="bob", number=n) for n in (4, 5, 6)))
    steps = await get(toy, f"/internal/traces/{ID}")
    failing = next(s for s in steps if s["name"] == "toy.count-point" and s["state"] == "backing-off")
    assert (failing["error"], failing["attempts"], "span" in failing) == ("ValueError", 1, False)
    [job] = [s for s in steps if s["kind"] == "job"]
    assert (job["state"], job["error"], job["attempts"]) == ("open", "ConnectionError", 1)

    TROUBLE.poison.clear()
    await toy.advance(timedelta(minutes=10))
    steps = await get(toy, f"/internal/traces/{ID}")
    assert {s["state"] for s in steps} == {"done", "sent"}
    assert all("error" not in s for s in steps)


async def test_what_is_planned_for_later_does_not_keep_a_story_open(toy: ServiceUnderTest) -> None:
    await toy.receive(*points(1, 2, 3))
    database = toy.running.database
    assert database is not None
    due = to_ms(toy.clock.now() + timedelta(days=14))
    async with writing(database) as driver:
        await driver.run("UPDATE lms_job SET state = 0, attempts = 0, done_at = NULL, due = $1", due)
    steps = await toy.running.insight.trace(ID)
    assert [(step.state, step.due) for step in steps if step.kind == "job"] == [("planned", due)]
    story = tell(ID, steps)
    assert story is not None
    assert story.complete
    toy.clock.advance(timedelta(days=14))
    steps = await toy.running.insight.trace(ID)
    assert [(step.state, step.due) for step in steps if step.kind == "job"] == [("open", None)]


@pytest.mark.parametrize("id", ["1", "A" * 32, "g" * 32, "a" * 33, "%27%20OR%201=1"])
async def test_an_id_that_is_none_is_refused(toy: ServiceUnderTest, id: str) -> None:
    answer = await toy.client().get(f"/internal/traces/{id}")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")


async def test_the_pulse_counts_what_waits(toy: ServiceUnderTest) -> None:
    await toy.receive(*points(1, 2, 3), drain=False)
    pulse = await get(toy, "/internal/pulse")
    assert (pulse["service"], pulse["faults"], pulse["inbox"], pulse["outbox"], pulse["jobs"]) == ("toy", {}, 6, 0, 0)
    assert pulse["events"] == []

    TROUBLE.poison.add(4)
    await toy.receive(*points(4), drain=False)
    await toy.give_up()
    pulse = await get(toy, "/internal/pulse")
    assert (pulse["inbox"], pulse["dead_letters"], pulse["dead_jobs"]) == (0, 1, 0)
    [event] = pulse["events"]
    assert event == {"position": pulse["position"], "type": "lms.toy.PlayerWon.v1", "at": event["at"], "trace_id": ID}


async def test_the_pulse_goes_on_from_a_position_and_reads_a_little_again(toy: ServiceUnderTest) -> None:
    async def win(player: str) -> Pulse:
        await toy.receive(*(PointScored(player=player, number=n) for n in (1, 2, 3)))
        return await toy.running.insight.pulse()

    first = await win("ada")
    second = await win("bob")
    assert second.position > first.position
    again = await toy.running.insight.pulse(first.position)
    assert [e.position for e in again.events] == [first.position, second.position]  # a late one may hide before it
    toy.clock.advance(timedelta(minutes=1))
    assert [e.position for e in (await toy.running.insight.pulse(first.position)).events] == [second.position]
    assert (await toy.running.insight.pulse(second.position)).events == []
    assert len((await toy.running.insight.pulse(second.position + 1000)).events) == 2  # a log that began anew


async def test_traces_and_backlogs_are_found_by_an_index(toy: ServiceUnderTest) -> None:
    database = toy.running.database
    assert database is not None
    if database.kind == "postgresql":  # a planner that prefers a scan of an empty table
        async with writing(database) as driver:
            await driver.run("SET LOCAL enable_seqscan = off")
            for sql in (traces._EVENTS, traces._CONSUMERS, traces._JOBS):
                rows = await driver.fetch(f"EXPLAIN {sql.replace('$1', repr(ID))}")
                assert "_trace" in " ".join(row[0] for row in rows)
        return
    for sql, index in (
        (traces._EVENTS, "outbox_trace"),
        (traces._CONSUMERS, "inbox_trace"),
        (traces._JOBS, "job_trace"),
    ):
        plan = " ".join(row[3] for row in await database.read(f"EXPLAIN QUERY PLAN {sql}", (ID,)))
        assert index in plan
    now = to_ms(toy.clock.now())
    plan = " ".join(row[3] for row in await database.read(f"EXPLAIN QUERY PLAN {traces._COUNTED}", (now,)))
    assert plan.count("USING INDEX") + plan.count("USING COVERING INDEX") == 4
    plan = " ".join(row[3] for row in await database.read(f"EXPLAIN QUERY PLAN {traces._LOG}", (1, 2, now)))
    assert "INTEGER PRIMARY KEY" in plan
