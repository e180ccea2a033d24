"""The data folder and its lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.platform.folder import FolderInUse, locked
from lms_adapters.sql.engine import open_database


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nobody_else_looks_into_a_folder_that_was_made_here(tmp_path: Path) -> None:
    """It holds hashes of passwords, addresses of people and the mails that were sent to them."""
    with locked(tmp_path / "data"):
        assert mode(tmp_path / "data") == 0o700


async def test_nor_into_the_folder_of_a_database(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/stores/course.db", pool=1)
    await database.open()
    await database.close()
    assert mode(tmp_path / "stores") == 0o700


def test_a_folder_that_was_there_stays_as_open_as_it_was(tmp_path: Path) -> None:
    (data := tmp_path / "data").mkdir()
    data.chmod(0o750)
    with locked(data):
        assert mode(data) == 0o750


def test_a_folder_is_held_once(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(FolderInUse, match=r"in use by process \d+"), locked(tmp_path):
        pass
