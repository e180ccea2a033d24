"""Giving roles, without a database."""

from __future__ import annotations

import pytest

from lms_core.contracts.auth import RoleAssigned
from lms_core.domain.errors import Invalid, NotFound
from lms_core.testing.fakes import MORNING, FakeClock, FakeUnitOfWork, fake_id, principal
from services.auth.domain.registration import Account
from services.auth.tests.usecases.fakes import FakeAccounts, FakeRoles
from services.auth.usecases.permissions import AssignRole

ADMIN = principal("admin")
ADA = Account(id=fake_id(100), email="ada@example.org", display_name="Ada", locale="en", created_at=MORNING)


async def test_a_role_is_given_once_and_says_by_whom() -> None:
    accounts, roles = FakeAccounts(ADA), FakeRoles()
    first, second = FakeUnitOfWork(), FakeUnitOfWork()
    for uow in (first, second):
        await AssignRole(accounts, roles, uow, FakeClock())(ADMIN, ADA.id, "instructor")
    assert await roles.of(ADA.id) == {"instructor"}
    assert first.only(RoleAssigned).assigned_by == ADMIN.id
    assert first.audited == [("role.assigned", str(ADA.id))]
    assert (second.events, second.audited) == ([], [])


async def test_neither_to_nobody_nor_one_that_does_not_exist() -> None:
    with pytest.raises(NotFound):
        await AssignRole(FakeAccounts(), FakeRoles(), FakeUnitOfWork(), FakeClock())(ADMIN, ADA.id, "instructor")
    with pytest.raises(Invalid):
        await AssignRole(FakeAccounts(ADA), FakeRoles(), FakeUnitOfWork(), FakeClock())(ADMIN, ADA.id, "root")
