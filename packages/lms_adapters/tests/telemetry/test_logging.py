"""What machines read is one JSON object a line, whoever wrote it; secrets never."""

from __future__ import annotations

import logging as standard
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import structlog

from lms_adapters.telemetry import logging


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """Logging is of the whole process: leave it as it was."""
    root, before = standard.getLogger(), standard.getLogger().handlers[:]
    level, configuration = root.level, structlog.get_config()
    yield
    structlog.configure(**configuration)
    root.handlers[:], root.level = before, level


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
