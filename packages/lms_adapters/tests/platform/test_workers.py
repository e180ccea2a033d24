"""Events and jobs as the workers handle them: retries, parking, dead letters, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from lms_adapters.platform.job_runner import DEADLINE, SLOTS
from lms_adapters.sql import inbox, jobs
from lms_adapters.sql.backoff import MAX_AGE
from lms_adapters.sql.engine import StoreUnavailable
from lms_adapters.testing.service import ServiceUnderTest
from lms_adapters.tests.platform.toy.service import SERVICE, TROUBLE, Congratulate, PlayerWon, PointScored
from lms_core.domain.events import Envelope, encode
from lms_core.ports.bus import Lost, Sink
from lms_core.ports.uow import UnitOfWork


@pytest.fixture
async def toy(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    TROUBLE.__init__()  # type: ignore[misc]
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        yield service


def points(player: str, *numbers: int) -> list[PointScored]:
    return [PointScored(player=player, number=n) for n in numbers]


async def shown(toy: ServiceUnderTest, player: str) -> list[int]:
    answer = await toy.client().get(f"/api/v1/points/{player}")
    return answer.json()["points"] if answer.status_code == 200 else []


async def test_events_of_a_key_are_handled_in_order_and_once(toy: ServiceUnderTest) -> None:
    await toy.receive(*points("ada", *range(50)), drain=False)
    await toy.drain()
    assert await shown(toy, "ada") == list(range(50))
    assert await toy.published(PlayerWon) == [PlayerWon(player="ada")]


async def test_what_was_handled_and_done_is_forgotten_after_two_weeks(toy: ServiceUnderTest) -> None:
    await toy.receive(*points("ada", *range(50)))
    workers, database = toy.running.workers, toy.running.database
    assert workers is not None
    assert database is not None
    for days, left in ((13, True), (2, False)):
        toy.clock.advance(timedelta(days=days))
        await workers.tidy()
        for table in ("lms_inbox", "lms_job"):
            assert bool(await database.read(f"SELECT 1 FROM {table}", ())) == left, (table, days)


async def test_a_poison_event_holds_up_its_own_key_only(toy: ServiceUnderTest) -> None:
    TROUBLE.poison.add(2)
    await toy.receive(*points("ada", 1, 2, 3), *points("bob", 1, 5, 3))
    assert await shown(toy, "ada") == [1]
    assert await shown(toy, "bob") == [1, 5, 3]
    await toy.give_up()
    await toy.receive(*points("ada", 4), *points("bob", 7))
    assert await shown(toy, "ada") == [1]
    assert await shown(toy, "bob") == [1, 5, 3, 7]
    [letter] = await toy.dead_letters()
    assert "toy.count-point: ValueError: point 2 is poison" in letter
    TROUBLE.poison.clear()
    inbox = toy.running.workers.inbox  # type: ignore[union-attr]
    [row] = await inbox.dead_letters()
    assert await inbox.release(row["seq"], skip=False)
    await toy.drain()
    assert await shown(toy, "ada") == [1, 2, 3, 4]
    assert await toy.dead_letters() == []


@pytest.mark.parametrize("trouble", ["away", "unspeakable"])
async def test_an_event_holds_up_nobody_else_whatever_it_fails_by(toy: ServiceUnderTest, trouble: str) -> None:
    """Not when what its use case asks is away, which is no fault of the database; nor when it fails at COMMIT."""
    getattr(TROUBLE, trouble).add(1)
    await toy.receive(*points("ada", 1, 2), *points("bob", 3))
    assert (await shown(toy, "ada"), await shown(toy, "bob")) == ([], [3])
    workers = toy.running.workers
    assert workers is not None
    assert (await workers.inbox.backlog())["toy.count-point"] == {"backing-off": 1, "parked": 1}
    getattr(TROUBLE, trouble).clear()
    await toy.advance(timedelta(minutes=10))
    assert await shown(toy, "ada") == [1, 2]


async def test_a_use_case_that_heeds_a_refusal_has_done_nothing_and_is_done(toy: ServiceUnderTest) -> None:
    TROUBLE.refused.add(2)
    await toy.receive(*points("ada", 1, 2, 3), *points("bob", 1), drain=False)
    await toy.drain()
    assert (await shown(toy, "ada"), await shown(toy, "bob")) == ([1, 3], [1])
    assert await toy.published(PlayerWon) == []
    workers = toy.running.workers
    assert workers is not None
    assert await workers.inbox.backlog() == {}


async def test_a_database_that_is_away_counts_against_no_event(
    toy: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise StoreUnavailable("the database cannot be reached")

    await toy.receive(*points("ada", 1), drain=False)
    workers = toy.running.workers
    assert workers is not None
    with monkeypatch.context() as away:
        away.setattr(workers.inbox, "done", gone)
        with pytest.raises(StoreUnavailable):
            await workers.events.once(SERVICE.subscribes[0])
    assert (await workers.inbox.backlog())["toy.count-point"] == {"ready": 1}
    await toy.drain()
    assert await shown(toy, "ada") == [1]


async def test_a_skipped_dead_letter_lets_its_key_go_on(toy: ServiceUnderTest) -> None:
    TROUBLE.poison.add(1)
    await toy.receive(*points("ada", 1, 2))
    await toy.give_up()
    inbox = toy.running.workers.inbox  # type: ignore[union-attr]
    [row] = await inbox.dead_letters()
    assert await inbox.release(row["seq"], skip=True)
    await toy.drain()
    assert await shown(toy, "ada") == [2]
    assert not await inbox.release(row["seq"], skip=True)


async def test_not_yet_waits_by_age_and_not_by_attempts(toy: ServiceUnderTest) -> None:
    TROUBLE.missing.add(1)
    await toy.receive(*points("ada", 1, 2))
    for _ in range(24):
        await toy.advance(timedelta(minutes=6))
    assert await shown(toy, "ada") == []
    TROUBLE.missing.clear()
    await toy.advance(timedelta(minutes=6))
    assert await shown(toy, "ada") == [1, 2]


async def test_not_yet_for_longer_than_its_age_is_a_dead_letter(toy: ServiceUnderTest) -> None:
    TROUBLE.missing.add(1)
    await toy.receive(*points("ada", 1))
    await toy.advance(MAX_AGE + timedelta(minutes=10))
    assert len(await toy.dead_letters()) == 1


async def test_an_event_received_twice_counts_once(toy: ServiceUnderTest) -> None:
    inbox = toy.running.workers.inbox  # type: ignore[union-attr]
    await toy.receive(*points("ada", 1))
    envelope = Envelope(
        id="same", source="lms.games", type=PointScored.type, key="bob", time=toy.clock.now(), traceparent="",
        body=encode(PointScored(player="bob", number=1)),
    )  # fmt: skip
    await inbox.ingest("lms.games", [envelope, envelope], "10")
    await toy.drain()
    await inbox.ingest("lms.games", [envelope], "10")
    await toy.drain()
    assert await shown(toy, "bob") == [1]
    assert await inbox.position("lms.games") == "10"


class ForgetfulBus:
    """It has nothing of what it brought before."""

    def __init__(self) -> None:
        self.sessions = asyncio.Queue[str | None]()
        self.live = asyncio.Queue[Envelope]()

    async def feed(self, stream: str, sink: Sink) -> None:
        position = await sink.position(stream)
        self.sessions.put_nowait(position)
        if position is not None:
            raise Lost(f"the stream was made anew; the sink had read up to {position}")
        await sink.ingest(stream, [await self.live.get()], "1@new")
        self.live.task_done()
        await asyncio.Event().wait()


async def test_a_stream_that_lost_events_is_resumed(toy: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    bus, workers = ForgetfulBus(), toy.running.workers
    assert workers is not None
    assert toy.running.database is not None
    await toy.receive(*points("ada", 1))
    monkeypatch.setattr(workers, "_bus", bus)
    async with asyncio.timeout(20):
        workers.start_ingest(("lms.games",))
        for _ in range(2):
            assert await bus.sessions.get() == "1"
        [(where, why)] = (await toy.running.faults()).items()
        assert where == "ingest lms.games"
        assert "`lms events resume toy lms.games`" in why

        assert await workers.resume("lms.games") == "1"
        assert await toy.running.faults() == {}
        while await bus.sessions.get() is not None:
            pass
        bus.live.put_nowait(
            Envelope(
                id="live", source="lms.games", type=PointScored.type, key="ada", time=toy.clock.now(), traceparent="",
                body=encode(PointScored(player="ada", number=2)),
            )
        )  # fmt: skip
        await bus.live.join()
    await toy.drain()
    assert await shown(toy, "ada") == [1, 2]
    [audited] = await toy.running.database.read("SELECT action, subject, facts FROM lms_audit", ())
    assert tuple(audited) == ("events.resumed", "lms.games", '{"position":"1"}')
    assert await workers.resume("lms.nobody") is None


async def test_a_job_is_tried_again_with_the_same_id_and_has_one_result(toy: ServiceUnderTest) -> None:
    TROUBLE.provider_down = 2
    await toy.receive(*points("ada", 1, 2, 3))
    for _ in range(4):
        await toy.advance(timedelta(minutes=20))
    assert [attempt for _, attempt in TROUBLE.calls] == [1, 2, 3]
    assert len({id for id, _ in TROUBLE.calls}) == 1
    assert toy.running.database is not None
    assert len(await toy.running.database.read("SELECT player FROM told", ())) == 1


async def test_a_job_that_never_succeeds_is_given_up_and_can_be_requeued(toy: ServiceUnderTest) -> None:
    TROUBLE.provider_down = jobs.MAX_ATTEMPTS
    await toy.receive(*points("ada", 1, 2, 3))
    await toy.give_up()
    queue = toy.running.workers.queue  # type: ignore[union-attr]
    [dead] = await queue.listing(dead=True)
    assert (dead["attempts"], "provider is down" in dead["error"]) == (jobs.MAX_ATTEMPTS, True)
    await queue.requeue(dead["id"])
    await toy.drain()
    assert await queue.listing(dead=True) == []


async def test_what_fails_is_tried_for_a_day(toy: ServiceUnderTest) -> None:
    """Not for minutes: a provider or a mistake of ours is mended in hours. And not for ever."""
    TROUBLE.poison.add(4)
    TROUBLE.provider_down = jobs.MAX_ATTEMPTS
    await toy.receive(*points("ada", 1, 2, 3, 4))
    workers, began = toy.running.workers, toy.clock.now()
    assert workers is not None
    given_up = dict[str, timedelta]()
    while len(given_up) < 2:
        await toy.advance(timedelta(minutes=15))
        if await workers.queue.listing(dead=True):
            given_up.setdefault("job", toy.clock.now() - began)
        if await workers.inbox.dead_letters():
            given_up.setdefault("event", toy.clock.now() - began)
    assert min(given_up.values()) >= MAX_AGE
    assert max(given_up.values()) <= 4 * MAX_AGE  # the test is slow to try again: the pauses are shorter
    assert jobs.BACKOFF.pause(jobs.MAX_ATTEMPTS) == jobs.BACKOFF.longest
    assert inbox.BACKOFF.pause(inbox.MAX_ATTEMPTS) == inbox.BACKOFF.longest


async def congratulate(toy: ServiceUnderTest, *players: str) -> None:
    async with toy.running.container() as scope:
        uow = await scope.get(UnitOfWork)
        async with uow:
            for player in players:
                uow.enqueue(Congratulate(player=player))


async def test_a_job_that_hangs_holds_up_no_other(toy: ServiceUnderTest) -> None:
    workers = toy.running.workers
    assert workers is not None
    workers.start()
    TROUBLE.hold.add("ada")
    async with asyncio.timeout(20):
        await congratulate(toy, "ada")
        await TROUBLE.held.wait()
        others = [f"p{n}" for n in range(2 * SLOTS)]
        await congratulate(toy, *others)
        assert sorted([await TROUBLE.told.get() for _ in others]) == sorted(others)
    assert await workers.queue.backlog() == {"open": 1, "dead": 0}


async def test_a_job_that_hangs_is_broken_off_before_its_lease_ends(
    toy: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jobs.LEASE_MS / 2 < DEADLINE * 1000 < jobs.LEASE_MS
    TROUBLE.hold.add("ada")
    await congratulate(toy, "ada")
    with monkeypatch.context() as impatient:
        impatient.setattr("lms_adapters.platform.job_runner.DEADLINE", 0.01)
        await toy.drain()
    [hung] = await toy.running.workers.queue.listing()  # type: ignore[union-attr]
    assert (hung["attempts"], hung["error"]) == (1, "TooLong: broken off after 0.01 s")
    TROUBLE.hold.clear()
    await toy.advance(timedelta(minutes=1))
    assert TROUBLE.told.get_nowait() == "ada"


async def test_a_failure_that_cannot_be_written_down_is_tried_again(
    toy: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> bool:
        raise StoreUnavailable("the database cannot be reached")

    workers = toy.running.workers
    assert workers is not None
    TROUBLE.provider_down = 1
    await congratulate(toy, "ada", "bob")
    with monkeypatch.context() as away:
        away.setattr(workers.queue, "failed", gone)
        await toy.drain()
    assert TROUBLE.told.qsize() == 1
    await toy.advance(timedelta(minutes=2))
    assert TROUBLE.told.qsize() == 2


async def test_a_job_whose_worker_died_is_taken_over_after_its_lease(toy: ServiceUnderTest) -> None:
    await toy.drain()  # what a worker of an earlier process had claimed would be taken over at once
    await toy.receive(*points("ada", 1, 2, 3), drain=False)
    workers = toy.running.workers
    assert workers is not None
    for subscription in SERVICE.subscribes:
        while await workers.events.once(subscription):
            pass
    [leased] = await workers.queue.claim("a worker that dies")
    await toy.drain()
    assert TROUBLE.calls == []
    await toy.advance(timedelta(minutes=2))
    assert TROUBLE.calls == [(leased.id, 2)]


async def test_refusals_crashes_and_unknown_paths_are_problem_documents(toy: ServiceUnderTest) -> None:
    client = toy.client()
    for method, path, status, type_ in (
        ("GET", "/api/v1/points/nobody", 404, "/problems/not-found"),
        ("GET", "/api/v1/points/mine", 401, "/problems/unauthenticated"),
        ("GET", "/api/v1/nowhere", 404, "/problems/not-found"),
        ("PUT", "/api/v1/points/ada", 405, "/problems/http/405"),
        ("POST", "/api/v1/points/crash", 500, "/problems/internal"),
    ):
        answer = await client.request(method, path)
        body = answer.json()
        assert (answer.status_code, body["type"], body["status"]) == (status, type_, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["traceparent"][3:35] == body["trace_id"]
        assert "secret" not in answer.text


async def test_the_trace_goes_on_from_the_header_to_the_event(toy: ServiceUnderTest) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await toy.client().get("/api/v1/points/ada", headers={"traceparent": trace})
    assert answer.headers["traceparent"][3:35] == trace[3:35]
    await toy.receive(*points("ada", 1, 2, 3))
    workers = toy.running.workers
    assert workers is not None
    [(_, won)] = await workers.outbox.log()
    assert won.traceparent[3:35] == trace[3:35]


async def test_a_request_that_loses_a_race_is_tried_once_more(toy: ServiceUnderTest) -> None:
    await toy.receive(*points("ada", 1))
    TROUBLE.races = 1
    assert await shown(toy, "ada") == [1]
    TROUBLE.races = 2
    answer = await toy.client().get("/api/v1/points/ada")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")
