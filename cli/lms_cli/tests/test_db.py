"""Migrations from the command line."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Column, MetaData, Table, Text, Uuid

from lms_adapters.platform.folder import locked
from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, migrate
from lms_adapters.sql.types import Json, Utc, metadata
from lms_cli import db
from lms_cli.tests.conftest import Line
from services.user.service import SERVICE


def test_from_nothing_to_the_newest_and_back(empty: Line) -> None:
    assert {row["state"] for row in empty.rows("db", "status", "-s", "user")} == {"behind"}
    assert empty("db", "upgrade", "-s", "user").output.startswith(
        "user: kernel 0001, kernel 0002, kernel 0003, service 0001"
    )
    assert {row["state"] for row in empty.rows("db", "status", "-s", "user")} == {"up to date"}
    assert empty("db", "upgrade", "-s", "user").output == "user: nothing to do\n"
    assert empty("db", "downgrade", "-s", "user", "base", "--yes").exit_code == 0
    states = {row["branch"]: row["state"] for row in empty.rows("db", "status", "-s", "user")}
    assert states == {"kernel": "up to date", "service": "behind"}


def test_status_of_all(lms: Line) -> None:
    rows = lms.rows("db", "status")
    assert {row["state"] for row in rows} == {"up to date"}
    assert len(rows) == 14


def test_going_back_asks_first(lms: Line) -> None:
    result = lms("db", "downgrade", "-s", "user", "base", input="n\n")
    assert result.exit_code == 1
    assert "drops tables" in result.output
    assert {row["state"] for row in lms.rows("db", "status", "-s", "user")} == {"up to date"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "-s", "nobody"), "no service named nobody; there are auth,"),
        (("upgrade", "-s", "nobody"), "no service named nobody"),
        (("downgrade", "-s", "nobody", "base", "--yes"), "no service named nobody"),
        (("revision", "nobody", "-m", "x"), "no service named nobody"),
        (("status", "-s", "gateway"), "gateway has no database"),
        (("revision", "gateway", "-m", "x"), "gateway has no database"),
        (("downgrade", "-s", "user", "9999", "--yes"), "user: Can't locate revision identified by '9999'"),
    ],
)
def test_what_cannot_be_done_is_one_line(lms: Line, words: tuple[str, ...], said: str) -> None:
    result = lms("db", *words)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {said}")
    assert result.output.count("\n") == 1


def test_a_folder_in_use_is_one_line(lms: Line) -> None:
    with locked(lms.data):
        result = lms("db", "upgrade")
    assert result.exit_code == 1
    assert "is in use by process" in result.output


async def test_revision_writes_the_difference(empty: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = _with_cohorts(SERVICE.tables)
    folder = tmp_path / "migrations"
    assert SERVICE.revisions is not None
    shutil.copytree(SERVICE.revisions, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = len(list(folder.glob("0*.py")))
    monkeypatch.setattr(db, "services", lambda _only: [SimpleNamespace(tables=tables, revisions=folder)])

    result = await _in_thread(empty, "db", "revision", "user", "-m", "Add cohorts!")
    assert "read it before you trust it" in result
    written = folder / f"{before + 1:04}_add_cohorts.py"
    assert f'down_revision = "{before:04}"' in written.read_text()

    database = open_database(f"sqlite:///{tmp_path}/user.db")
    await database.open()
    try:
        await migrate(database, folder)
        assert await drift(database, tables) == []
        await migrate(database, folder, to="base")
    finally:
        await database.close()

    assert "nothing to write" in await _in_thread(empty, "db", "revision", "user", "-m", "again")
    assert len(list(folder.glob("0*.py"))) == before + 1


async def _in_thread(line: Line, *words: str) -> str:
    """A command runs a loop of its own, which cannot stand inside this one."""
    import asyncio

    result = await asyncio.to_thread(line, *words)
    assert result.exit_code == 0, result.output
    return result.output


def _with_cohorts(known: MetaData | None) -> MetaData:
    assert known is not None
    wanted = metadata()
    for table in known.tables.values():
        table.to_metadata(wanted)
    Table(
        "cohort",
        wanted,
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        Column("begins_at", Utc, nullable=False),
        Column("members", Json(list[datetime]), nullable=False),
    )
    return wanted


LOOKS = [
    ("check",),
    ("jobs", "list", "-s", "course"),
    ("events", "log"),
    ("events", "backlog"),
    ("events", "dead-letters"),
    ("events", "replay", "course.prices", "--verify"),
    ("trace", "0af7651916cd43dd8448eb211c80319c"),
]


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_who_looks_where_nothing_is_makes_nothing(empty: Line, words: tuple[str, ...]) -> None:
    result = empty(*words)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: there is no platform in the folder {empty.data}: ")
    assert result.output.count("\n") == 1
    assert not empty.data.exists()


def test_in_production_who_looks_migrates_nothing(lms: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lms("db", "downgrade", "-s", "course", "0001", "--yes").exit_code == 0
    before = lms.rows("db", "status", "-s", "course")
    monkeypatch.setenv("LMS_PROFILE", "production")
    result = lms("jobs", "list", "-s", "course")
    assert (result.exit_code, result.output) == (1, "Error: course: run `lms db upgrade course` first\n")
    assert lms.rows("db", "status", "-s", "course") == before
