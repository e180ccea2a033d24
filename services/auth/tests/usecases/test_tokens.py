"""Signing in and staying signed in, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.security.permissions import LEARNER
from lms_core.testing.fakes import MORNING, FakeClock, FakeIds, FakeUnitOfWork, fake_id
from services.auth.domain.credentials import Credential
from services.auth.domain.lockout import Patience, TooManyAttempts
from services.auth.domain.registration import Account
from services.auth.domain.tokens import BadCredentials, BadRefreshToken
from services.auth.tests.usecases.fakes import (
    FakeAccounts,
    FakeCredentials,
    FakePasswords,
    FakePlaces,
    FakeRoles,
    FakeSessions,
    FakeSigner,
    FakeTallies,
)
from services.auth.usecases.lockout import CountAttempt, LockoutPolicy
from services.auth.usecases.tokens import Issue, LogIn, LogOut, Refresh, TokenPolicy, Tokens

ADA = Account(id=fake_id(100), email="ada@example.org", display_name="Ada Lovelace", locale="en", created_at=MORNING)
PASSWORD = "correct horse battery"
PATIENCE = LockoutPolicy(
    account=Patience(free=3, longest=timedelta(minutes=15), forgiven=timedelta(minutes=15)),
    address=Patience(free=5, longest=timedelta(minutes=1), forgiven=timedelta(seconds=5)),
)
POLICY = TokenPolicy(access=timedelta(minutes=5), session=timedelta(days=30), issuer="lms", audience="lms")


class Desk:
    """Ada's account, her sessions, and the use cases around them."""

    def __init__(self) -> None:
        self.accounts = FakeAccounts(ADA)
        self.credentials = FakeCredentials(self.accounts)
        self.credentials.kept[ADA.id] = Credential(user_id=ADA.id, password_hash=f"hash of {PASSWORD}")
        self.passwords, self.sessions, self.signer = FakePasswords(), FakeSessions(), FakeSigner()
        self.roles, self.tallies = FakeRoles(), FakeTallies()
        self.roles.give(ADA.id, LEARNER)
        self.clock, self.ids, self.uow = FakeClock(), FakeIds(), FakeUnitOfWork()
        self.issue = Issue(self.sessions, self.roles, self.signer, POLICY, self.ids)

    async def log_in(self, email: str = ADA.email, password: str = PASSWORD, address: str = "192.0.2.1") -> Tokens:
        self.uow = FakeUnitOfWork()
        use_case = LogIn(
            accounts=self.accounts,
            credentials=self.credentials,
            passwords=self.passwords,
            count=CountAttempt(self.tallies, PATIENCE, self.clock),
            tallies=self.tallies,
            places=FakePlaces(self.credentials),
            sessions=self.sessions,
            issue=self.issue,
            policy=POLICY,
            uow=self.uow,
            clock=self.clock,
            ids=self.ids,
        )
        return await use_case(email=email, password=password, address=address)

    async def refresh(self, refresh_token: str) -> Tokens:
        self.uow = FakeUnitOfWork()
        use_case = Refresh(self.sessions, self.signer, self.issue, POLICY, self.uow, self.clock)
        return await use_case(refresh_token=refresh_token)

    async def log_out(self, refresh_token: str) -> None:
        self.uow = FakeUnitOfWork()
        await LogOut(self.sessions, self.signer, self.uow, self.clock)(refresh_token)


async def test_the_access_token_says_who_and_for_how_long() -> None:
    desk = Desk()
    tokens = await desk.log_in(" ADA@example.org")
    [claims] = desk.signer.signed
    [session] = desk.sessions.kept.values()
    assert claims["sub"] == str(ADA.id)
    assert claims["sid"] == str(session.id)
    assert (claims["iss"], claims["aud"], claims["roles"]) == ("lms", "lms", [LEARNER])
    assert claims["exp"] - claims["iat"] == tokens.expires_in == 300
    assert session.expires_at == MORNING + POLICY.session


async def test_the_refresh_token_itself_is_not_kept() -> None:
    desk = Desk()
    tokens = await desk.log_in()
    assert tokens.refresh_token not in desk.sessions.tokens
    assert desk.signer.digest(tokens.refresh_token) in desk.sessions.tokens


@pytest.mark.parametrize(("email", "password"), [(ADA.email, "wrong"), ("eve@example.org", PASSWORD)])
async def test_wrong_password_and_unknown_address_cost_the_same(email: str, password: str) -> None:
    desk = Desk()
    with pytest.raises(BadCredentials):
        await desk.log_in(email, password)
    assert len(desk.passwords.checked) == 1
    assert desk.sessions.kept == {}


async def test_a_password_that_is_not_looked_at_costs_no_hashing() -> None:
    desk = Desk()
    for _ in range(3):
        with pytest.raises(BadCredentials):
            await desk.log_in(password="wrong")
    with pytest.raises(TooManyAttempts):
        await desk.log_in()
    assert len(desk.passwords.checked) == 3
    desk.clock.advance(timedelta(seconds=1))
    await desk.log_in()


async def test_who_signs_in_is_not_counted_and_their_place_is_known() -> None:
    desk = Desk()
    for _ in range(20):
        await desk.log_in()
    assert {tally.failures for tally in desk.tallies.kept.values()} == {0}
    assert len(desk.credentials.places) == 1


async def test_each_refresh_prolongs_the_session_and_sees_new_roles() -> None:
    desk = Desk()
    tokens = await desk.log_in()
    desk.clock.advance(timedelta(days=29))
    desk.roles.give(ADA.id, "instructor")
    again = await desk.refresh(tokens.refresh_token)
    assert again.refresh_token != tokens.refresh_token
    assert desk.signer.signed[-1]["roles"] == ["instructor", LEARNER]
    desk.clock.advance(timedelta(days=29))
    await desk.refresh(again.refresh_token)


async def test_a_used_token_that_comes_back_ends_the_session() -> None:
    desk = Desk()
    first = await desk.log_in()
    second = await desk.refresh(first.refresh_token)
    with pytest.raises(BadRefreshToken):
        await desk.refresh(first.refresh_token)
    assert desk.uow.committed
    assert [action for action, _ in desk.uow.audited] == ["session.ended"]
    with pytest.raises(BadRefreshToken):
        await desk.refresh(second.refresh_token)


async def test_an_unused_session_expires() -> None:
    desk = Desk()
    tokens = await desk.log_in()
    desk.clock.advance(POLICY.session)
    with pytest.raises(BadRefreshToken):
        await desk.refresh(tokens.refresh_token)


async def test_after_signing_out_the_refresh_token_does_not_count() -> None:
    desk = Desk()
    tokens = await desk.log_in()
    await desk.log_out(tokens.refresh_token)
    assert desk.uow.audited == [("session.ended", str(ADA.id))]
    with pytest.raises(BadRefreshToken):
        await desk.refresh(tokens.refresh_token)


async def test_signing_out_with_a_token_that_nobody_knows_changes_nothing() -> None:
    desk = Desk()
    await desk.log_out("guessed")
    assert desk.uow.audited == []
