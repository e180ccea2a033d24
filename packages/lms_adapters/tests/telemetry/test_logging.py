"""What machines read is one JSON object a line, whoever wrote it; secrets never."""

from __future__ import annotations

import asyncio
import logging as standard
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import structlog

from lms_adapters.telemetry import logging
from lms_adapters.telemetry.access import AccessLog


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """Logging is of the whole process: leave it as it was."""
    root, before = standard.getLogger(), standard.getLogger().handlers[:]
    level, configuration, machines = root.level, structlog.get_config(), logging._machine_level
    yield
    structlog.configure(**configuration)
    root.handlers[:], root.level = before, level
    logging._machine_level = machines


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in capsys.readouterr().err.splitlines()]


def test_a_library_s_line_looks_like_ours(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("json", "info")
    structlog.get_logger("test").warning("lost", stream="lms.course")
    standard.getLogger("nats").warning("lost %s", "lms.course")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["stream"], ours["level"]) == ("lost", "lms.course", "warning")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("lost lms.course", "nats", "warning")
    assert ours.keys() - {"stream"} == theirs.keys() - {"logger"}


def test_a_stack_is_inside_the_object(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("json", "info")
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("test").exception("ours")
        standard.getLogger("nats").exception("theirs")
    assert ["ValueError: broken" in line["exception"] for line in lines(capsys)] == [True, True]


def test_secrets_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("json", "info")
    structlog.get_logger("test").info("signed in", email="ada@example.org", password="pw", person="1")
    [line] = lines(capsys)
    assert (line["email"], line["password"], line["person"]) == ("********", "********", "1")
    logging.configure("console", "info")
    structlog.get_logger("other").info("signed in", email="ada@example.org")
    assert "ada@example.org" not in capsys.readouterr().err


def test_below_the_level_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("json", "warning")
    structlog.get_logger("test").info("quiet")
    standard.getLogger("nats").info("quiet")
    assert lines(capsys) == []


async def test_lines_of_the_access_log_look_like_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("json", "info")
    said = {"trace_id": "a" * 32, "method": "GET", "route": '/odd "one"', "status": 200, "upstream": "course"}
    log = AccessLog()
    log.request(("a" * 32, "GET", '/odd "one"', 200, "course", 0.001234, datetime.now(UTC)))
    del log
    structlog.get_logger("access").info("request", ms=1.23, **said)
    fast, usual = lines(capsys)
    assert usual.keys() == fast.keys()
    assert {**usual, "timestamp": ""} == {**fast, "timestamp": ""}
    assert len(usual["timestamp"]) == len(fast["timestamp"])
    assert abs(datetime.fromisoformat(usual["timestamp"]) - datetime.fromisoformat(fast["timestamp"])).seconds < 60


async def test_lines_of_the_access_log_are_written_together_and_none_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.configure("json", "info")
    log = AccessLog()
    for status in (200, 404):
        log.request(("a" * 32, "GET", "/courses", status, "course", 0.001, datetime.now(UTC)))
    while not (written := lines(capsys)):  # noqa: ASYNC110  the log tells nobody when it has written
        await asyncio.sleep(0)
    assert [line["status"] for line in written] == [200, 404]
    log.request(("a" * 32, "GET", "/courses", 500, "course", 0.001, datetime.now(UTC)))
    del log
    assert [line["status"] for line in lines(capsys)] == [500]


async def test_people_and_a_higher_level_are_respected_by_the_access_log(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure("json", "warning")
    log = AccessLog()
    log.request(("a" * 32, "GET", "/courses", 200, "course", 0.001, datetime.now(UTC)))
    del log
    assert capsys.readouterr().err == ""
