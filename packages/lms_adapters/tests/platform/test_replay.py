"""A projection is what its events make of it, and can be made so again, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from lms_adapters.bus.memory import Log
from lms_adapters.platform.replay import CannotReplay, Difference, replay
from lms_adapters.platform.workers import INBOX_KEPT_MS
from lms_adapters.sql.engine import writing
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_adapters.tests.platform.tally.service import SERVICE, TROUBLE, Count, DoorOpened, PersonJoined
from lms_core.domain.events import Envelope, Event, encode


class Club:
    """The publisher elsewhere: a log, and a broker that brings of it what a test lets it bring."""

    def __init__(self, tally: ServiceUnderTest) -> None:
        self.tally = tally
        self.rows: list[tuple[int, Envelope]] = []

    async def log(self, *, after: int, limit: int) -> list[tuple[int, Envelope]]:
        return [row for row in self.rows if row[0] > after][:limit]

    def publish(self, event: Event) -> Envelope:
        envelope = Envelope(
            id=str(uuid4()),
            source=event.stream,
            type=event.type,
            key=event.key,
            time=self.tally.clock.now(),
            traceparent=TRACE,
            body=encode(event),
        )
        self.rows.append((len(self.rows) + 1, envelope))
        return envelope

    async def bring(self, *envelopes: Envelope, drain: bool = True) -> None:
        workers = self.tally.running.workers
        assert workers is not None
        await workers.inbox.ingest("lms.club", envelopes, str(len(self.rows)))
        if drain:
            await self.tally.drain()

    async def join(self, *names: str) -> None:
        await self.bring(*(self.publish(PersonJoined(name=name)) for name in names))


@pytest.fixture
async def club(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[Club]:
    TROUBLE.refused.clear()
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as tally:
        yield Club(tally)
    TROUBLE.refused.clear()


async def count(club: Club, name: str, *numbers: int) -> None:
    for number in numbers:
        async with club.tally.running.container() as scope:
            await (await scope.get(Count))(name, number)


async def corrupt(club: Club, *statements: str) -> None:
    assert club.tally.running.database is not None
    async with writing(club.tally.running.database) as driver:
        for statement in statements:
            await driver.run(statement)


async def rows(club: Club, table: str) -> list[tuple[object, ...]]:
    assert club.tally.running.database is not None
    return [tuple(row) for row in await club.tally.running.database.read(f"SELECT * FROM {table} ORDER BY 1, 2", ())]


async def replayed(
    club: Club, *, verify: bool = False, lost: bool = False, without: tuple[str, ...] = ()
) -> Difference:
    workers = club.tally.running.workers
    assert workers is not None
    logs: dict[str, Log] = {"lms.club": club, "lms.tally": workers.outbox}
    return await replay("tally.sums", club.tally.running, logs, verify=verify, lost=lost, without=without)


def told(difference: Difference) -> list[tuple[str, str, tuple[object, ...]]]:
    return [(row.kind, row.table, tuple(row.key.values())) for row in difference.rows]


async def test_after_normal_traffic_there_is_no_difference(club: Club) -> None:
    await club.join("ada", "bob")
    await count(club, "ada", 1, 2, 3)
    await count(club, "bob", 5)
    difference = await replayed(club)
    assert (difference.none, difference.mended, difference.handled, difference.waiting) == (True, False, 6, 0)


async def test_what_is_wrong_is_told_and_mended(club: Club) -> None:
    await club.join("ada", "bob", "eve")
    await count(club, "ada", 1, 2)
    await count(club, "bob", 5)
    before = await rows(club, "person"), await rows(club, "mark")
    await corrupt(
        club,
        "UPDATE person SET total = 99 WHERE name = 'ada'",
        "DELETE FROM mark WHERE person = 'bob'",
        "DELETE FROM person WHERE name = 'bob'",
        "INSERT INTO person (name, total, trace) VALUES ('nobody', 1, '')",
        "INSERT INTO mark (person, number) VALUES ('nobody', 1)",
    )
    wrong = await rows(club, "person"), await rows(club, "mark")
    verified = await replayed(club, verify=True)
    assert sorted(told(verified)) == [
        ("different", "person", ("ada",)),
        ("extra", "mark", ("nobody", 1)),
        ("extra", "person", ("nobody",)),
        ("missing", "mark", ("bob", 5)),
        ("missing", "person", ("bob",)),
    ]
    [ada] = [row for row in verified.rows if row.kind == "different"]
    assert (ada.live, ada.rebuilt) == ({"total": 99}, {"total": 3})
    assert not verified.mended
    assert (await rows(club, "person"), await rows(club, "mark")) == wrong
    mended = await replayed(club)
    assert mended.mended
    assert sorted(told(mended)) == sorted(told(verified))
    assert (await rows(club, "person"), await rows(club, "mark")) == before
    assert (await replayed(club, verify=True)).none


async def test_a_table_of_many_rows_is_compared_to_its_end(club: Club) -> None:
    await club.join("ada", *(f"p{n:04}" for n in range(1100)))
    await corrupt(
        club,
        "DELETE FROM person WHERE name IN ('ada', 'p0499', 'p1099')",
        "INSERT INTO person (name, total, trace) VALUES ('p0500x', 0, ''), ('z', 0, '')",
    )
    found = await replayed(club)
    assert {row.key["name"] for row in found.rows} == {"ada", "p0499", "p1099", "p0500x", "z"}
    assert (await replayed(club)).none


async def test_an_event_on_its_way_is_no_difference(club: Club) -> None:
    await club.join("ada")
    published = [club.publish(PersonJoined(name=name)) for name in ("bob", "eve")]
    await club.bring(published[0], drain=False)
    difference = await replayed(club)
    assert (difference.none, difference.waiting) == (True, 2)
    await club.bring(published[1])
    assert (await replayed(club)).none
    assert [row[0] for row in await rows(club, "person")] == ["ada", "bob", "eve"]


async def test_an_event_that_the_broker_lost_is_made_up_for(club: Club) -> None:
    lost = club.publish(PersonJoined(name="ada"))
    await club.bring(club.publish(DoorOpened(door="front")))
    difference = await replayed(club)
    assert (told(difference), difference.mended) == ([("missing", "person", ("ada",))], True)
    await club.bring(lost)
    assert (await replayed(club)).none


async def test_what_a_silent_publishers_broker_lost_is_made_up_for_when_the_operator_says_so(club: Club) -> None:
    await club.join("ada")
    club.tally.clock.advance(timedelta(minutes=1))
    club.publish(PersonJoined(name="bob"))
    difference = await replayed(club)
    assert (difference.none, difference.waiting) == (True, 1)
    difference = await replayed(club, lost=True)
    assert (told(difference), difference.waiting) == ([("missing", "person", ("bob",))], 0)
    assert [row[0] for row in await rows(club, "person")] == ["ada", "bob"]


async def test_what_the_inbox_has_forgotten_still_counts(club: Club) -> None:
    await club.join("ada")
    club.tally.clock.advance(timedelta(milliseconds=INBOX_KEPT_MS, days=1))
    workers = club.tally.running.workers
    assert workers is not None
    assert await workers.inbox.prune(2**60) > 0
    assert (await replayed(club)).none
    await corrupt(club, "DELETE FROM person")
    assert (await replayed(club)).mended


async def test_what_happens_during_the_rebuild_counts_as_well(club: Club) -> None:
    await club.join("ada")
    read, looks = club.log, 0

    async def meanwhile(*, after: int, limit: int) -> list[tuple[int, Envelope]]:
        nonlocal looks
        looks += 1
        found = await read(after=after, limit=limit)
        if looks == 1:
            await club.join("late")
            await count(club, "late", 4)
        return found

    club.log = meanwhile  # type: ignore[method-assign]
    await corrupt(club, "UPDATE person SET total = 7")
    difference = await replayed(club)
    assert (told(difference), difference.handled) == ([("different", "person", ("ada",))], 3)
    assert (await replayed(club)).none


async def test_a_dead_letter_is_left_to_the_inbox_and_a_skipped_event_left_out(club: Club) -> None:
    TROUBLE.refused.add("eve")
    await club.join("ada", "eve")
    await club.tally.give_up()
    inbox = club.tally.running.workers.inbox  # type: ignore[union-attr]
    [dead, *_] = [d for d in await inbox.dead_letters() if d["subscription"] == "tally.sums"]
    assert (await replayed(club)).none
    assert await inbox.release(dead["seq"], skip=True)
    TROUBLE.refused.clear()
    assert (await replayed(club)).none


async def test_nothing_is_mended_while_an_event_cannot_be_handled_again(club: Club) -> None:
    await club.join("ada", "eve")
    await count(club, "eve", 1)
    await corrupt(club, "UPDATE person SET total = 9 WHERE name = 'ada'")
    TROUBLE.refused.add("eve")
    difference = await replayed(club)
    assert not difference.mended
    assert [(u.type, u.error) for u in difference.unhandled] == [
        ("lms.club.PersonJoined.v1", "ValueError: eve is refused"),
        ("lms.tally.Counted.v1", "ValueError: eve is refused"),
    ]
    assert [row[1] for row in await rows(club, "person")] == [9, 1]
    left_out = await replayed(club, without=tuple(u.event_id for u in difference.unhandled))
    assert left_out.mended
    assert [row[:2] for row in await rows(club, "person")] == [("ada", 0)]


async def test_nothing_is_left_behind(club: Club) -> None:
    await club.join("ada")
    await replayed(club)
    database = club.tally.running.database
    assert database is not None
    if database.kind == "postgresql":
        assert await database.read("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'lms_replay%'", ()) == []


async def test_what_cannot_be_replayed_says_why(club: Club) -> None:
    running = club.tally.running
    with pytest.raises(CannotReplay, match="no subscription"):
        await replay("tally.nothing", running, {})
    with pytest.raises(CannotReplay, match="is a reaction"):
        await replay("tally.hear-door", running, {})
    with pytest.raises(CannotReplay, match=r"needs the log of lms\.club"):
        await replay("tally.sums", running, {})
    await club.join("meddler")
    with pytest.raises(CannotReplay, match="no projection"):
        await replay("tally.meddle", running, {"lms.club": club})
