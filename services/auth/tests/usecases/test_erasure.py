"""Leaving for good, step by step."""

from __future__ import annotations

from uuid import UUID

import pytest

from lms_core.contracts.auth import UserErased
from lms_core.security.permissions import ADMIN
from lms_core.testing.fakes import FakeClock, FakeUnitOfWork, principal
from services.auth.domain.lockout import TooManyAttempts
from services.auth.domain.permissions import LastAdministrator
from services.auth.domain.tokens import BadCredentials
from services.auth.ports.erasure import Belongings
from services.auth.tests.usecases.fakes import FakePasswords
from services.auth.tests.usecases.test_tokens import ADA, PASSWORD, PATIENCE, Desk
from services.auth.usecases.erasure import EraseAccount
from services.auth.usecases.lockout import CountAttempt

ME = principal(id=ADA.id)


class FakeBelongings(Belongings):
    """Of everybody at the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.removed: list[UUID] = []

    async def email(self, user_id: UUID) -> str | None:
        account = self._desk.accounts.kept.get(user_id)
        return None if account is None else account.email

    async def remove(self, user_id: UUID) -> None:
        del self._desk.accounts.kept[user_id]
        self.removed.append(user_id)


class Exit:
    """The desk, and the way out."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.belongings = FakeBelongings(self.desk)
        self.uow = FakeUnitOfWork()

    async def leave(self, password: str = PASSWORD) -> None:
        self.uow = FakeUnitOfWork()
        use_case = EraseAccount(
            accounts=self.desk.accounts,
            roles=self.desk.roles,
            belongings=self.belongings,
            credentials=self.desk.credentials,
            passwords=self.desk.passwords,
            count=CountAttempt(self.desk.tallies, PATIENCE, FakeClock()),
            tallies=self.desk.tallies,
            uow=self.uow,
            clock=self.desk.clock,
        )
        await use_case(ME, password=password, address="192.0.2.1")


async def test_it_is_told_and_written_down_by_the_id_alone() -> None:
    way = Exit()
    await way.leave()
    assert way.belongings.removed == [ADA.id]
    assert way.uow.only(UserErased) == UserErased(user_id=ADA.id, erased_at=way.desk.clock.now())
    assert way.uow.audited == [("account.erased", str(ADA.id))]
    assert {tally.failures for tally in way.desk.tallies.kept.values()} == {0}


async def test_a_wrong_password_changes_nothing_and_counts() -> None:
    way = Exit()
    for _ in range(PATIENCE.account.free):
        with pytest.raises(BadCredentials):
            await way.leave("a guess")
    with pytest.raises(TooManyAttempts):
        await way.leave()
    assert way.belongings.removed == []


async def test_the_last_administrator_is_needed() -> None:
    way = Exit()
    way.desk.roles.give(ADA.id, ADMIN)
    with pytest.raises(LastAdministrator):
        await way.leave()
    assert (way.belongings.removed, way.uow.events) == ([], [])
    assert {tally.failures for tally in way.desk.tallies.kept.values()} == {0}


class WhileARivalErases(FakePasswords):
    """They are done when the password was looked at."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    async def matches(self, password_hash: str | None, password: str) -> bool:
        self._desk.accounts.kept.clear()
        return await super().matches(password_hash, password)


async def test_one_who_is_gone_already_is_not_erased_again() -> None:
    way = Exit()
    way.desk.passwords = WhileARivalErases(way.desk)
    for _ in range(2):  # a rival was faster; then they had been for long
        await way.leave()
        assert (way.belongings.removed, way.uow.events, way.uow.audited) == ([], [], [])
