"""The story of a trace on the command line, with nothing running."""

from __future__ import annotations

import json
import sqlite3

import pytest

from lms_cli.tests.conftest import Line

TRACE = "0af7651916cd43dd8448eb211c80319c"
EVENT = """
INSERT INTO lms_outbox (event_id, source, type, key, at, traceparent, body)
VALUES ('e1', 'lms.auth', 'lms.auth.UserCreated.v1', 'k', 1800000000000, ?, '{"email": "ada@example.org"}')
"""
CONSUMER = """
INSERT INTO lms_inbox
  (sub, event_id, source, type, key, at, traceparent, body, state, due, attempts, since, done_at, span)
VALUES ('user.create-profile', 'e1', 'lms.auth', 'lms.auth.UserCreated.v1', 'k', 0, ?, '', 4, 0, 1,
        1800000000005, 1800000000012, 'b7ad6b7169203331')
"""


@pytest.fixture
def told(lms: Line) -> Line:
    """An event and the consumer that took it."""
    traceparent = f"00-{TRACE}-00f067aa0ba902b7-01"
    for service, row in (("auth", EVENT), ("user", CONSUMER)):
        with sqlite3.connect(lms.data / f"{service}.db") as database:
            database.execute(row, (traceparent,))
    return lms


def test_the_story_is_a_tree(told: Line) -> None:
    lines = [line.strip() for line in told("trace", TRACE).output.splitlines()]
    assert lines[0] == f"Trace {TRACE}  2027-01-15 08:00:00.000 UTC, 12 ms, complete"
    assert [line.lstrip("│├└─ ").split()[:2] for line in lines[1:]] == [
        ["request", "request"],
        ["event", "lms.auth.UserCreated.v1"],
        ["consumer", "user.create-profile"],
    ]
    assert lines[-1].endswith("done  +5 ms, 7 ms")
    assert "example.org" not in told("trace", TRACE).output


def test_a_whole_traceparent_is_understood_and_programs_get_json(told: Line) -> None:
    story = json.loads(told("trace", f"00-{TRACE}-b7ad6b7169203331-01", "--json").stdout)
    assert (story["trace_id"], story["complete"], story["missing"]) == (TRACE, True, [])
    [request] = story["roots"]
    [event] = request["then"]
    [consumer] = event["then"]
    assert (event["step"]["name"], consumer["step"]["name"]) == ("lms.auth.UserCreated.v1", "user.create-profile")


def test_what_is_not_known_and_what_is_no_id(lms: Line) -> None:
    unknown = lms("trace", TRACE)
    assert (unknown.exit_code, unknown.output) == (1, f"Error: nothing is known of trace {TRACE}\n")
    assert lms("trace", "nonsense").exit_code == 2
