"""A memory bus is of one process: a second one on the same databases is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.platform.compose import Platform, SharedMemoryBus
from lms_adapters.platform.settings import Source
from lms_adapters.tests.platform.toy.service import SERVICE

pytestmark = pytest.mark.engine


def platform(folder: Path, database_url: str) -> Platform:
    """As a process with a data folder of its own would open it."""
    environ = {"LMS_DATA": str(folder), "LMS_DATABASE_URL": database_url}
    return Platform([SERVICE], Source(environ, folder / "lms.toml"), workers=False)


async def test_a_second_process_is_refused_while_the_first_one_lives(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms_adapters.sql.postgresql.LEASE_SECONDS", 0.05)
    first, second = platform(tmp_path / "a", database_url), platform(tmp_path / "b", database_url)
    await first.open()
    with pytest.raises(SharedMemoryBus, match="another process works on the database of toy"):
        await second.open()
    looking = platform(tmp_path / "b", database_url)
    await looking.open(receive=False)  # what the command line opens takes no part
    await looking.close()
    await first.close()
    third = platform(tmp_path / "b", database_url)
    await third.open()
    await third.close()
