"""The sandbox provider keeps the contract, and forgets nothing over a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lms_adapters.sql.engine import Database, open_database
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.sql.reader import Reader
from lms_core.testing.fakes import FakeClock, FakeIds
from services.billing.adapters.sandbox.payments import DECLINED, OK, TIMEOUT, SandboxProvider
from services.billing.adapters.sandbox.sandbox import SandboxDesk
from services.billing.domain.webhooks import SigningKeys
from services.billing.service import SERVICE
from services.billing.tests.adapters.provider_contract import PRICE, ProviderContract

KEYS = SigningKeys.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
CLOCK = FakeClock()


def _desk(database: Database) -> SandboxDesk:
    return SandboxDesk(database, Reader(database), CLOCK, FakeIds())


def _provider(database: Database) -> SandboxProvider:
    return SandboxProvider(_desk(database), KEYS, CLOCK)


async def _opened(url: str) -> Database:
    database = open_database(url)
    await database.open()
    await migrate(database, SERVICE.revisions)
    return database


class SandboxContract(ProviderContract):
    good, declined, silent = OK, DECLINED, TIMEOUT

    @pytest.fixture
    async def provider(self, url: str) -> AsyncIterator[SandboxProvider]:
        database = await _opened(url)
        yield _provider(database)
        await database.close()


class TestOnSqlite(SandboxContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/billing.db"


@pytest.mark.engine
class TestOnPostgresql(SandboxContract):
    @pytest.fixture
    def url(self, database_url: str) -> str:
        return database_url


async def test_an_answer_outlives_the_process(tmp_path: Path) -> None:
    answers = []
    for _ in range(2):
        database = await _opened(f"sqlite:///{tmp_path}/billing.db")
        answers.append(await _provider(database).charge(key="a/1", money=PRICE, token=OK))
        await database.close()
    assert answers[0] == answers[1]
