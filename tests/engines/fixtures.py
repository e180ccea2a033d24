"""A pytest plugin: the engines as fixtures, each started when the first test asks for it.

`postgres`, `redis`, `nats`, `kafka` are the engine objects, shared by the whole run: do not kill them. A test of faults
starts an instance of its own (``with Nats() as mine: … mine.kill() … mine.restart()``).

Without an engine its tests are skipped; with ``LMS_ENGINES=required`` (as in CI) they fail.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.engines.base import Engine
from tests.engines.kafka import Kafka
from tests.engines.nats import Nats
from tests.engines.paths import EngineMissing
from tests.engines.postgres import Postgres
from tests.engines.redis import Redis


def require(engine: type[Engine]) -> None:
    """Skip the test, or fail it where engines are required, when the engine is not installed."""
    message = ""
    try:
        engine.require()
    except EngineMissing as missing:
        message = str(missing)
    if message and os.environ.get("LMS_ENGINES") == "required":
        pytest.fail(message, pytrace=False)
    if message:
        pytest.skip(message)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL of this run; most tests want `database_url`."""
    require(Postgres)
    with Postgres() as engine:
        yield engine


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """The Redis of this run; most tests want `redis_url`."""
    require(Redis)
    with Redis() as engine:
        yield engine


@pytest.fixture(scope="session")
def nats() -> Iterator[Nats]:
    """The NATS server of this run, with JetStream; name streams apart."""
    require(Nats)
    with Nats() as engine:
        yield engine


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """The Kafka broker of this run; name topics apart, and create them first."""
    require(Kafka)
    with Kafka() as engine:
        yield engine


@pytest.fixture
def new_database(postgres: Postgres) -> Iterator[Callable[[], str]]:
    """Call it for the URL of a fresh, empty PostgreSQL database, as often as needed; all are dropped after the test."""
    urls: list[str] = []

    def create() -> str:
        urls.append(postgres.fresh_database())
        return urls[-1]

    yield create
    for url in urls:
        postgres.drop_database(url)


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """The URL of a fresh, empty PostgreSQL database."""
    return new_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.engine)])
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of a service for each kind of database: SQLite in its folder, and, where engines run, PostgreSQL."""
    return {} if request.param == "sqlite" else {"LMS_DATABASE_URL": request.getfixturevalue("database_url")}


@pytest.fixture
def redis_url(redis: Redis) -> str:
    """The URL of an empty Redis."""
    redis.flush()
    return redis.url
