"""A poison event: one learner's later events wait behind it, everyone else's flow; the operator mends it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from lms_adapters.sql.inbox import MAX_ATTEMPTS
from lms_cli.api import Api, Person, newcomer
from lms_cli.stories import EUR_49, Stage, course
from lms_core.contracts.course import EnrollmentSuspended
from lms_core.domain.events import encode
from lms_core.domain.time import from_ms
from tests.faults.stores import Stores, until
from tests.platforms import RunningPlatform, running

SUB = "progress.course-progress"
BROKEN = b'{"enrollment_id": "not'
LAST_ATTEMPT = MAX_ATTEMPTS - 1
"""Waiting for all of them would take a day."""


def lms(platform: RunningPlatform, *arguments: str) -> list[dict[str, object]]:
    """What a command of the operator says, beside the running platform."""
    done = subprocess.run(
        [sys.executable, "-m", "lms_cli", *arguments, "--json"],
        env=platform.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


class Inbox:
    """The inbox of progress, opened behind the platform's back."""

    def __init__(self, platform: RunningPlatform) -> None:
        self._stores = Stores(platform.data)
        self._path = platform.data / "progress.db"

    def write(self, sql: str, *values: object) -> None:
        """One statement."""
        with closing(sqlite3.connect(self._path, timeout=10)) as database, database:
            database.execute(sql, values)

    def poison(self, key: str, id: str) -> None:
        """An event for this key that nobody can read."""
        self.write(
            "INSERT INTO lms_inbox"
            " (sub, event_id, source, type, key, at, traceparent, body, state, due, attempts, since)"
            " SELECT sub, ?, source, ?, key, at, traceparent, ?, 0, 0, 0, since FROM lms_inbox"
            " WHERE sub = ? AND key = ? AND type = 'lms.course.UserEnrolled.v1'",
            id,
            EnrollmentSuspended.type,
            BROKEN,
            SUB,
            key,
        )

    def states(self, key: str) -> list[tuple[str | None, ...]]:
        """Type, state and attempts of a key's events, in the order of their arrival."""
        rows = self._stores.rows(
            "progress",
            f"SELECT type, state, attempts FROM lms_inbox WHERE sub = '{SUB}' AND key = '{key}' ORDER BY seq",
        )
        return [(str(type_).split(".")[2], state, attempts) for type_, state, attempts in rows]

    def parked(self, key: str) -> bool:
        """The third event backs off, the fourth waits for it."""
        return [state for _, state, _ in self.states(key)] == ["4", "4", "2", "1"]

    def done_at(self, key: str) -> list[int]:
        """When each of a key's events was handled, in the order of their arrival."""
        return [
            int(at)
            for at in self._stores.column(
                "progress", f"SELECT done_at FROM lms_inbox WHERE sub = '{SUB}' AND key = '{key}' ORDER BY seq"
            )
        ]


async def enrolled(person: Person, course_id: str) -> str:
    """A place without a way to pay for it: suspended, and progress knows."""
    agreed = {"price_id": (await person.api.call("GET", f"/api/v1/courses/{course_id}")).body["price_id"]}
    place = (await person.api.post(f"/api/v1/courses/{course_id}/enrollments", agreed)).body["id"]
    await status(person, course_id, "suspended")
    return str(place)


async def status(person: Person, course_id: str, wanted: str) -> None:
    """Progress says so, soon."""
    path = f"/api/v1/progress/courses/{course_id}"
    await person.api.until(path, lambda b: b["status"] == wanted, f"{person.name} to be {wanted}")


async def course_says(person: Person, wanted: str) -> None:
    """Course says so, soon: it does not wait for progress."""
    await person.api.until(
        "/api/v1/enrollments?learner=me", lambda b: b["items"][0]["status"] == wanted, f"the place to be {wanted}"
    )


@pytest.mark.timeout(180)
async def test_poison_holds_up_one_learner_until_it_is_mended(tmp_path: Path) -> None:
    with running(tmp_path, {}) as platform:
        inbox = Inbox(platform)
        async with Api.open(platform.url) as api:
            stage = Stage(api, platform.operate, lambda _: None)
            paid = (await course(stage, price=EUR_49))["id"]
            ada, bob, eve = [(await newcomer(api, name))[0] for name in ("Ada", "Bob", "Eve")]
            places = {p.name: await enrolled(p, paid) for p in (ada, bob, eve)}
            ids = {"Ada": str(uuid4()), "Eve": str(uuid4())}
            for name, id in ids.items():
                inbox.poison(places[name], id)
            for person in (ada, bob, eve):
                await person.api.post("/api/v1/billing/payment-methods", {"token": "pm_ok"})
            await status(bob, paid, "active")  # everyone else's events flow
            for person in (ada, eve):
                await course_says(person, "active")  # in every other service the learner's own flow as well
                await until(partial(inbox.parked, places[person.name]), "parked behind the poison")
                now = await person.api.call("GET", f"/api/v1/progress/courses/{paid}")
                assert now.body["status"] == "suspended"
            print(f"\npoison: Ada's events {inbox.states(places['Ada'])}; Bob's {inbox.states(places['Bob'])}")
            inbox.write("UPDATE lms_inbox SET attempts = ? WHERE state = 2", LAST_ATTEMPT)
            await until(lambda: Stores(platform.data).given_up() == {"progress": 2}, "given up", 60)

            dead = {row["event_id"]: row for row in lms(platform, "events", "dead-letters", "--service", "progress")}
            assert dead.keys() == set(ids.values())
            letter = dead[ids["Ada"]]
            assert (letter["subscription"], letter["key"], letter["attempts"]) == (SUB, places["Ada"], MAX_ATTEMPTS)
            assert "DecodeError" in str(letter["error"])
            print(f"lms events dead-letters: {letter['subscription']} {letter['type']}: {letter['error']}")

            inbox.write(
                "UPDATE lms_inbox SET body = ? WHERE event_id = ?", mended(places["Ada"], paid, ada), ids["Ada"]
            )
            lms(platform, "events", "requeue", "progress", str(letter["seq"]))
            lms(platform, "events", "skip", "progress", str(dead[ids["Eve"]]["seq"]))
            await status(ada, paid, "active")
            await status(eve, paid, "active")
            assert [state for _, state, _ in inbox.states(places["Ada"])] == ["4", "4", "4", "4"]
            assert [state for _, state, _ in inbox.states(places["Eve"])] == ["4", "4", "5", "4"]
            assert inbox.done_at(places["Ada"]) == sorted(inbox.done_at(places["Ada"]))
            assert lms(platform, "events", "dead-letters") == []
            assert platform.stop() == {"gateway": 0}


def mended(place: str, course_id: str, person: Person) -> bytes:
    """What the poison should have been: a word about long ago, which changes nothing."""
    return encode(
        EnrollmentSuspended(
            enrollment_id=UUID(place),
            course_id=UUID(course_id),
            course_title="Compilers by hand",
            learner_id=UUID(person.id),
            reason="payment-declined",
            suspended_at=from_ms(1_000_000_000_000),
            version=0,
        )
    )
