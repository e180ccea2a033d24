"""Each engine starts, answers, keeps what it acknowledged through a power cut, and leaves nothing behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import asyncpg
import nats
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis.asyncio import Redis as RedisClient

from tests.engines.base import Engine, EngineError
from tests.engines.fixtures import require
from tests.engines.install import ENGINES
from tests.engines.kafka import Kafka
from tests.engines.nats import Nats
from tests.engines.postgres import Postgres, QueryFailed
from tests.engines.process import PREFIX, Folder, family, is_running, until
from tests.engines.redis import Redis

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.engine
E = TypeVar("E", bound=Engine)


@contextmanager
def private(kind: type[E]) -> Iterator[E]:
    require(kind)
    with kind() as engine:
        yield engine


def power_cut(engine: Engine) -> None:
    """Kill, look that nothing is left, and start again where it was."""
    assert engine.pid is not None
    url, members = engine.url, family(engine.pid)
    engine.kill()
    assert not any(map(is_running, members))
    assert not engine.running
    engine.restart()
    assert engine.url == url


async def test_postgres_keeps_a_committed_row() -> None:
    with private(Postgres) as postgres:
        connection = await asyncpg.connect(postgres.url)
        await connection.execute("CREATE TABLE kept (word text)")
        await connection.execute("INSERT INTO kept VALUES ('committed')")
        power_cut(postgres)
        connection.terminate()
        connection = await asyncpg.connect(postgres.url)
        assert await connection.fetchval("SELECT word FROM kept") == "committed"
        await connection.close()


async def test_nats_keeps_an_acknowledged_message() -> None:
    with private(Nats) as server:
        client = await nats.connect(server.url)
        await client.jetstream().add_stream(name="kept", subjects=["kept.>"])
        await client.jetstream().publish("kept.word", b"acknowledged")
        await client.close()
        power_cut(server)
        client = await nats.connect(server.url)
        message = await client.jetstream().get_last_msg("kept", "kept.word")
        assert message.data == b"acknowledged"
        await client.close()


async def test_kafka_keeps_an_acknowledged_message() -> None:
    with private(Kafka) as kafka:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        created = await admin.create_topics([NewTopic("kept", 1, 1)])
        assert [error[1] for error in created.topic_errors] == [0]
        await admin.close()
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
        await producer.start()
        await asyncio.wait_for(producer.send_and_wait("kept", b"acknowledged"), 10)
        await producer.stop()
        power_cut(kafka)
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        consumer.assign([TopicPartition("kept", 0)])
        message = await asyncio.wait_for(consumer.getone(), 20)
        assert message.value == b"acknowledged"
        await consumer.stop()


async def test_redis_answers_again_and_is_empty() -> None:
    with private(Redis) as server:
        async with RedisClient.from_url(server.url) as client:
            assert await client.set("word", "here")
        power_cut(server)
        async with RedisClient.from_url(server.url) as client:
            assert await client.get("word") is None
            await client.set("word", "here")
            server.flush()
            assert await client.get("word") is None


@pytest.mark.parametrize("kind", list(ENGINES.values()))
def test_stop_leaves_neither_process_nor_folder(kind: type[Engine]) -> None:
    with private(kind) as engine:
        assert engine.pid is not None
        members, folder = family(engine.pid), engine.folder
        assert all(map(is_running, members))
        engine.halt()
        assert not any(map(is_running, members))
        assert folder.exists()
    assert not folder.exists()
    engine.stop()
    with pytest.raises(EngineError, match="not started"):
        _ = engine.url


async def test_a_restart_in_a_worker_thread_outlives_that_thread() -> None:
    with private(Redis) as server:
        await asyncio.to_thread(server.restart)
        await asyncio.get_running_loop().shutdown_default_executor()
        assert server.answers()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_engines_die_with_the_process_that_started_them(how: signal.Signals) -> None:
    require(Postgres)
    command = [sys.executable, "-m", "tests.engines", "up", "postgres", "redis"]
    scratch = Path(tempfile.mkdtemp())  # what a killed process leaves; not tmp_path, which only root may enter
    scratch.chmod(0o755)
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as developer:
        assert developer.stdout is not None
        assert developer.stdout.readline().split()[1].startswith("postgresql://postgres@127.0.0.1:")
        assert developer.stdout.readline().split()[1].startswith("redis://127.0.0.1:")
        members = family(developer.pid)
        assert len(members) > 5
        developer.send_signal(how)
        developer.wait(20)
    assert until(lambda: not any(map(is_running, members)), 10)
    assert [*scratch.iterdir()] == [] or how == signal.SIGKILL
    shutil.rmtree(scratch)


def test_folders_of_the_dead_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new = tmp_path / f"{PREFIX}dead-1", tmp_path / f"{PREFIX}dead-2"
    for left in (old, new):
        left.mkdir()
        (left / "lock").touch()
    living = Folder("living")
    for path in (old, living.path):
        os.utime(path / "lock", (0, 0))
    Folder("next").remove()
    assert {*tmp_path.iterdir()} == {new, living.path}
    living.remove()


def test_an_engine_that_cannot_start_shows_its_log() -> None:
    class Wrong(Redis):
        def command(self) -> list[str]:
            return [*super().command(), "--no-such-setting", "1"]

    require(Redis)
    engine = Wrong()
    with pytest.raises(EngineError, match=r"(?s)ended at once.*no-such-setting"):
        engine.start()
    assert not engine.running


async def test_fresh_databases_are_apart_and_dropped_under_a_connection(postgres: Postgres) -> None:
    postgres.create_database("with_tables")
    postgres.query("CREATE TABLE lesson (title text, length int)", database="with_tables")
    first, second = (postgres.fresh_database(template="with_tables") for _ in range(2))
    connection = await asyncpg.connect(first)
    await connection.execute("INSERT INTO lesson VALUES ('One', NULL)")
    assert postgres.query("SELECT * FROM lesson", database=first.rpartition("/")[2]) == [("One", None)]
    assert postgres.query("SELECT * FROM lesson", database=second.rpartition("/")[2]) == []
    for url in (first, second, "with_tables"):
        postgres.drop_database(url)
    connection.terminate()
    with pytest.raises(QueryFailed, match="does not exist"):
        postgres.query("SELECT 1", database=first.rpartition("/")[2])
    with pytest.raises(ValueError, match="plain database name"):
        postgres.create_database('x"; DROP DATABASE y')


async def test_fixtures(
    new_database: Callable[[], str], database_url: str, redis_url: str, nats: Nats, kafka: Kafka
) -> None:
    assert new_database() != database_url
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT current_setting('synchronous_commit')") == "on"
    await connection.close()
    assert redis_url.startswith("redis://127.0.0.1:")
    assert nats.answers()
    assert kafka.answers()


def test_a_missing_engine_skips_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.engines.nats.nats_server", lambda: None)
    monkeypatch.delenv("LMS_ENGINES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NATS is missing: run `make engines`"):
        require(Nats)
    monkeypatch.setenv("LMS_ENGINES", "required")
    with pytest.raises(pytest.fail.Exception, match="NATS is missing"):
        require(Nats)
