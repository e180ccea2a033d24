"""What an operator can get wrong: each is one clear line and exit code 1; and a stop that is prompt and clean."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lms_cli.api import Api, newcomer
from tests.engines.process import free_port
from tests.platforms import RunningPlatform, running


def lms(platform: RunningPlatform, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end, with the platform's settings."""
    return subprocess.run(
        [sys.executable, "-m", "lms_cli", *arguments],
        env={**platform.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refusal(platform: RunningPlatform, *arguments: str, **environ: str) -> str:
    """The one line with which it refuses to start."""
    done = lms(platform, *arguments, **environ)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.strip()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[RunningPlatform]:
    """Running, in one process."""
    with running(tmp_path, {}) as platform:
        yield platform


@pytest.fixture
def stopped(tmp_path: Path) -> RunningPlatform:
    """It has run once, and has ended well."""
    with running(tmp_path, {}) as platform:
        assert platform.stop() == {"gateway": 0}
    return platform


def test_a_second_one_on_the_folder_and_a_taken_port(platform: RunningPlatform) -> None:
    said = refusal(platform, "up", "--port", str(free_port()))
    assert said.startswith(f"lms: the data folder {platform.data} is in use by process")
    said = refusal(platform, "serve", "course", "--port", str(free_port()), LMS_BUS_URL="nats://127.0.0.1:1")
    assert "is in use by process" in said
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        said = refusal(platform, "up", "--port", str(port), LMS_DATA=f"{platform.data}-2")
        assert said.startswith(f"lms: cannot listen on 127.0.0.1:{port} (Address already in use)")


def test_a_memory_bus_between_processes(tmp_path: Path) -> None:
    said = refusal(RunningPlatform(tmp_path, {}), "serve", "course", "--port", str(free_port()))
    assert "a memory bus ends with its process" in said
    assert "LMS_BUS_URL=nats://" in said


@pytest.mark.parametrize("branch", ["kernel", "service"])
def test_a_database_newer_than_the_code(stopped: RunningPlatform, branch: str) -> None:
    with closing(sqlite3.connect(stopped.data / "course.db")) as database, database:
        database.execute(f"UPDATE lms_{branch}_version SET version_num = 'ffff'")
    said = refusal(stopped, "up", "--port", str(free_port()))
    assert said == f"lms: course: the database is at {branch} revision ffff, which this code does not know"


def test_a_wrong_master_key(stopped: RunningPlatform) -> None:
    (stopped.data / "auth.master.key").write_bytes(b"\7" * 32)
    said = refusal(stopped, "up", "--port", str(free_port()))
    assert "cannot be opened with this master key" in said


def test_a_setting_that_is_wrong(tmp_path: Path) -> None:
    platform = RunningPlatform(tmp_path, {})
    said = refusal(platform, "up", "--port", str(free_port()), LMS_CONNECTIONS="many")
    assert "LMS_CONNECTIONS" in said
    said = refusal(platform, "up", "--port", str(free_port()), LMS_BUS_URL="natz://127.0.0.1:4222")
    assert "nats" in said


async def test_a_stop_is_prompt_while_somebody_listens(platform: RunningPlatform) -> None:
    async with Api.open(platform.url) as api:
        person, _ = await newcomer(api, "Ada Lovelace")
        stream = f"{platform.url}/api/v1/notifications/stream"
        headers = {"authorization": f"Bearer {person.api.token}"}
        async with api.session.get(stream, headers=headers) as listening:
            assert (await listening.content.readline()).startswith(b": connected")
            assert platform.stop() == {"gateway": 0}
    assert "graceful" not in platform.log("gateway"), "the server waited for the stream until its patience ended"


def test_a_stop_while_the_school_is_made(tmp_path: Path) -> None:
    with running(tmp_path, {}, options=("--school",)) as platform:
        assert platform.stop() == {"gateway": 0}
        said = platform.log("gateway")
    assert "is ready after" in said
    assert "The school was made" not in said
    assert said.rstrip().endswith("Stopped.")


async def test_the_command_line_beside_a_running_platform(platform: RunningPlatform) -> None:
    async with Api.open(platform.url) as api:
        person, _ = await newcomer(api, "Ada Lovelace")
        assert person.id
    log = lms(platform, "events", "log", "--json")
    assert log.returncode == 0, log.stderr
    assert "lms.auth.UserCreated.v1" in {json.loads(line)["type"] for line in log.stdout.splitlines()}
    done = lms(platform, "events", "dead-letters")
    assert (done.returncode, done.stdout.strip()) == (0, "no dead letters")
    done = lms(platform, "check")
    assert done.returncode == 0, done.stdout
