"""Giving roles and taking them back, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.contracts.auth import RoleAssigned, RoleRevoked
from lms_core.domain.errors import Invalid, NotFound
from lms_core.testing.fakes import MORNING, FakeClock, FakeUnitOfWork, fake_id, principal
from services.auth.domain.permissions import LastAdministrator
from services.auth.domain.registration import Account
from services.auth.tests.usecases.fakes import FakeAccounts, FakeRoles
from services.auth.usecases.permissions import AssignRole, RevokeRole

ADMIN = principal("admin")
ADA = Account(id=fake_id(100), email="ada@example.org", display_name="Ada", locale="en", created_at=MORNING)


async def test_a_role_is_given_once_and_says_by_whom() -> None:
    accounts, roles = FakeAccounts(ADA), FakeRoles()
    first, second = FakeUnitOfWork(), FakeUnitOfWork()
    given = await AssignRole(accounts, roles, first, FakeClock())(ADMIN, ADA.id, "instructor")
    later = FakeClock(MORNING + timedelta(hours=1))
    assert await AssignRole(accounts, roles, second, later)(ADMIN, ADA.id, "instructor") == given
    assert await roles.of(ADA.id) == {"instructor"}
    assert first.only(RoleAssigned).assigned_by == ADMIN.id
    assert first.audited == [("role.assigned", str(ADA.id))]
    assert (second.events, second.audited) == ([], [])


async def test_neither_to_nobody_nor_one_that_does_not_exist() -> None:
    with pytest.raises(NotFound):
        await AssignRole(FakeAccounts(), FakeRoles(), FakeUnitOfWork(), FakeClock())(ADMIN, ADA.id, "instructor")
    with pytest.raises(Invalid):
        await AssignRole(FakeAccounts(ADA), FakeRoles(), FakeUnitOfWork(), FakeClock())(ADMIN, ADA.id, "root")


async def test_a_role_is_taken_back_once_and_says_by_whom() -> None:
    accounts, roles, uow = FakeAccounts(ADA), FakeRoles(), FakeUnitOfWork()
    roles.give(ADA.id, "learner", "instructor")
    await RevokeRole(accounts, roles, uow, FakeClock())(ADMIN, ADA.id, "instructor")
    assert await roles.of(ADA.id) == {"learner"}
    assert (uow.only(RoleRevoked).role, uow.only(RoleRevoked).revoked_by) == ("instructor", ADMIN.id)
    assert uow.audited == [("role.revoked", str(ADA.id))]
    with pytest.raises(NotFound):
        await RevokeRole(accounts, roles, FakeUnitOfWork(), FakeClock())(ADMIN, ADA.id, "instructor")


async def test_the_last_administrator_stays_one() -> None:
    roles = FakeRoles()
    roles.give(ADA.id, "admin")
    with pytest.raises(LastAdministrator):
        await RevokeRole(FakeAccounts(ADA), roles, FakeUnitOfWork(), FakeClock())(ADMIN, ADA.id, "admin")
    roles.give(ADMIN.id, "admin")
    await RevokeRole(FakeAccounts(ADA), roles, FakeUnitOfWork(), FakeClock())(ADMIN, ADA.id, "admin")
    assert await roles.holders("admin") == {ADMIN.id}
