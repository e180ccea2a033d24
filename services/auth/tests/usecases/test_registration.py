"""Making accounts, without a database."""

from __future__ import annotations

from typing import Any

import pytest

from lms_core.contracts.auth import RegistrationRepeated, RoleAssigned, UserCreated
from lms_core.domain.errors import Invalid
from lms_core.security.permissions import ADMIN, LEARNER
from lms_core.testing.fakes import FakeClock, FakeIds, FakeUnitOfWork
from services.auth.domain.registration import AddressTaken
from services.auth.tests.usecases.fakes import FakeAccounts, FakeCredentials, FakePasswords, FakeRoles
from services.auth.usecases.registration import OpenAccount, Register, RegisterAdministrator

ADA = {"email": "Ada@Example.org ", "password": "correct horse battery", "display_name": "Ada Lovelace"}


class Desk:
    """Registration with all that it needs; the accounts stay, the unit of work is new each time."""

    def __init__(self) -> None:
        self.accounts, self.roles = FakeAccounts(), FakeRoles()
        self.credentials = FakeCredentials(self.accounts)
        self.ids = FakeIds()
        self.uow = FakeUnitOfWork()

    def register(self) -> Register:
        return Register(**self._needs())

    def register_administrator(self) -> RegisterAdministrator:
        return RegisterAdministrator(**self._needs())

    def _needs(self) -> dict[str, Any]:
        self.uow = FakeUnitOfWork()
        return {
            "accounts": self.accounts,
            "passwords": FakePasswords(),
            "open": OpenAccount(self.accounts, self.credentials, self.roles, self.uow),
            "uow": self.uow,
            "clock": FakeClock(),
            "ids": self.ids,
        }


async def test_a_new_account_has_a_password_a_role_and_an_event() -> None:
    desk = Desk()
    await desk.register()(**ADA)
    [account] = desk.accounts.kept.values()
    assert account.email == "ada@example.org"
    assert desk.credentials.kept[account.id].password_hash == "hash of correct horse battery"
    assert await desk.roles.of(account.id) == {LEARNER}
    event = desk.uow.only(UserCreated)
    assert (event.user_id, event.email, event.locale) == (account.id, "ada@example.org", "en")
    assert desk.uow.audited == [("account.created", str(account.id))]


async def test_the_owner_of_a_known_address_is_told_and_nothing_else_happens() -> None:
    desk = Desk()
    await desk.register()(**ADA)
    await desk.register()(**ADA | {"email": "ADA@example.org", "password": "somebody else's"})
    [account] = desk.accounts.kept.values()
    assert desk.uow.only(RegistrationRepeated).user_id == account.id
    assert desk.credentials.kept[account.id].password_hash == "hash of correct horse battery"


async def test_a_rival_of_the_same_moment_gets_the_same_answer() -> None:
    desk = Desk()
    desk.accounts.rival = True
    await desk.register()(**ADA)
    assert not desk.uow.committed
    assert desk.uow.events == []


async def test_what_is_wrong_is_refused_before_the_transaction() -> None:
    desk = Desk()
    with pytest.raises(Invalid):
        await desk.register()(**ADA | {"password": "ada lovelace"})
    assert desk.accounts.kept == {}


async def test_the_operator_makes_administrators() -> None:
    desk = Desk()
    account = await desk.register_administrator()(**ADA)
    assert await desk.roles.of(account.id) == {ADMIN}
    assert desk.uow.only(RoleAssigned).assigned_by is None
    assert desk.uow.only(UserCreated).user_id == account.id
    with pytest.raises(AddressTaken):
        await desk.register_administrator()(**ADA)
