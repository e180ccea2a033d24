"""Events, dead letters, projections and jobs, with nothing running."""

from __future__ import annotations

import sqlite3
from uuid import uuid4

import pytest

from lms_adapters.platform.settings import Source
from lms_cli.control import operate
from lms_cli.operations import OperationFailed
from lms_cli.platform import services
from lms_cli.tests.conftest import Line

DEAD = """
INSERT INTO lms_inbox (sub, event_id, source, type, key, at, traceparent, body, state, due, attempts, since, error)
VALUES ('user.create-profile', ?, 'lms.auth', 'lms.auth.UserCreated.v1', ?, 0, '', '{}', ?, 0, 8, 0, 'ValueError: no')
"""
DEAD_JOB = """
INSERT INTO lms_job (id, name, args, traceparent, state, due, attempts, error, created)
VALUES ('j1', 'billing.charge', '{}', '', 3, 0, 10, 'TimeoutError', 0)
"""


def test_the_catalogue_names_every_event(empty: Line) -> None:
    rows = {row["event"]: row for row in empty.rows("events", "list")}
    assert set(rows) == {event.type for service in services() for event in service.publishes}
    enrolled = rows["lms.course.UserEnrolled.v1"]
    assert enrolled["key"] == "enrollment_id"
    assert {"billing.charge-enrollment", "analytics.collect"} <= set(enrolled["taken by"])


def test_nothing_was_published_yet(lms: Line) -> None:
    assert lms.rows("events", "log") == []
    assert lms("events", "log").output == "nothing was published yet\n"
    assert lms("events", "dead-letters").output == "no dead letters\n"
    assert lms("jobs", "list").output == "no jobs\n"


def test_the_backlog_of_every_service(lms: Line) -> None:
    rows = lms.rows("events", "backlog")
    assert len(rows) == 7
    assert rows[0] == {"service": "auth", "outbox": 0, "inbox": 0, "jobs": 0, "dead-jobs": 0}
    assert [row["service"] for row in lms.rows("events", "backlog", "-s", "user")] == ["user"]


def test_a_dead_letter_is_shown_and_skipped(lms: Line) -> None:
    key = str(uuid4())
    with sqlite3.connect(lms.data / "user.db") as database:
        for state in (3, 1):  # given up, and parked behind it
            database.execute(DEAD, (str(uuid4()), key, state))
        database.execute(DEAD, (str(uuid4()), str(uuid4()), 2))  # still tried
    [letter] = lms.rows("events", "dead-letters")
    assert (letter["service"], letter["subscription"], letter["error"]) == (
        "user",
        "user.create-profile",
        "ValueError: no",
    )
    failing = [row["key"] for row in lms.rows("events", "dead-letters", "--failing")]
    assert len(failing) == 2
    assert failing[0] == key
    assert lms("check").exit_code == 1
    assert lms.rows("events", "skip", "user", str(letter["seq"]))[0]["state"] == "skipped"
    assert lms("events", "dead-letters").output == "no dead letters\n"
    [backlog] = lms.rows("events", "backlog", "-s", "user")
    assert backlog["inbox"] == 2  # the parked one is free to go

    again = lms("events", "requeue", "user", str(letter["seq"]))
    assert (again.exit_code, again.output) == (1, f"Error: user has no dead letter {letter['seq']}\n")


def test_a_dead_job_is_shown_requeued_and_cancelled(lms: Line) -> None:
    with sqlite3.connect(lms.data / "billing.db") as database:
        database.execute(DEAD_JOB)
    assert lms.rows("jobs", "list") == []
    [dead] = lms.rows("jobs", "list", "--dead")
    assert (dead["name"], dead["error"]) == ("billing.charge", "TimeoutError")
    assert lms("jobs", "requeue", "billing", "j1").exit_code == 0
    assert [job["id"] for job in lms.rows("jobs", "list", "-s", "billing")] == ["j1"]
    assert lms("jobs", "requeue", "billing", "j1").output == "Error: billing has no dead job j1\n"
    assert lms("jobs", "cancel", "billing", "j1").exit_code == 0
    assert lms.rows("jobs", "list") == []
    assert lms("jobs", "cancel", "billing", "j1").exit_code == 1


def test_a_stream_that_lost_events_is_resumed(lms: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    resume = ("events", "resume", "user", "lms.auth")
    assert lms(*resume).output == "Error: the memory bus reads the publishers' logs and has lost nothing\n"
    monkeypatch.setenv("LMS_BUS_URL", "nats://127.0.0.1:1")
    assert lms(*resume).output == "Error: user has read nothing of lms.auth\n"
    with sqlite3.connect(lms.data / "user.db") as database:
        database.execute("INSERT INTO lms_ingest_pos VALUES ('lms.auth', '10@old')")
    [row] = lms.rows(*resume)
    assert (row["stood at"], row["state"]) == ("10@old", "goes on from the oldest")
    with sqlite3.connect(lms.data / "user.db") as database:
        assert database.execute("SELECT action, subject FROM lms_audit").fetchall() == [("events.resumed", "lms.auth")]


def test_a_projection_that_differs_is_told_and_mended(lms: Line) -> None:
    assert lms("events", "replay", "course.prices", "--verify").output == "course.prices: no difference\n"
    with sqlite3.connect(lms.data / "course.db") as database:
        values = (uuid4().hex, uuid4().hex)
        database.execute("INSERT INTO price VALUES (?, ?, 4900, 'EUR', 0)", values)

    verified = lms("events", "replay", "course.prices", "--verify")
    assert verified.exit_code == 1
    assert "extra" in verified.output
    assert "One row differs\n" in verified.output

    [row] = lms.rows("events", "replay", "course.prices")
    assert (row["table"], row["kind"], row["live"]["amount"], row["rebuilt"]) == ("price", "extra", 4900, {})
    assert lms("events", "replay", "course.prices", "--verify").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("events", "replay", "course.nothing"), "course has no subscription course.nothing"),
        (("events", "replay", "user.create-profile"), "user.create-profile is a reaction, no projection"),
        (("events", "replay", "nobody.nothing"), "nobody does not run here"),
        (("events", "log", "-s", "nobody"), "no service named nobody"),
        (("events", "backlog", "-s", "gateway"), "gateway has no database"),
        (("events", "skip", "nobody", "1"), "no service named nobody"),
        (("jobs", "list", "-s", "nobody"), "no service named nobody"),
        (("serve", "nobody"), "no service named nobody"),
        (("up", "--only", "nobody"), "no service named nobody"),
        (("admin", "create", "nonsense"), "#/email is not an e-mail address"),
    ],
)
def test_what_cannot_be_done_is_one_line(lms: Line, words: tuple[str, ...], said: str) -> None:
    result = lms(*words)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {said}")
    assert result.output.count("\n") == 1


async def test_logs_of_publishers_that_run_elsewhere_are_read_too(lms: Line) -> None:
    source = Source({"LMS_DATA": str(lms.data)}, lms.data / "no.toml")
    asked = operate("events.replay", ("progress",), source, name="progress.course-progress", verify=True)
    assert [row async for row in asked] == [{"read": 0, "waiting": 0, "mended": False}]

    (lms.data / "course.db").unlink()
    with pytest.raises(OperationFailed, match=r"needs the log of lms\.course, which cannot be read from here"):
        [row async for row in operate("events.replay", ("progress",), source, name="progress.course-progress")]
