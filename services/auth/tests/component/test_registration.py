"""Registration, spoken to over HTTP."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lms_adapters.sql.engine import Database
from lms_adapters.sql.uow import Batch
from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import RegistrationRepeated, UserCreated
from lms_core.domain.errors import Raced
from services.auth.service import SERVICE

XOF = {"shake_128", "shake_256"}
ADA = {"email": "ada@example.org", "password": "correct horse battery", "display_name": "Ada Lovelace"}


async def test_a_new_account_is_published_and_can_sign_in(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client = service.client()
        answer = await client.post("/api/v1/auth/register", json=ADA)
        assert answer.status_code == 202
        [event] = await service.published(UserCreated)
        assert (event.email, event.display_name) == ("ada@example.org", "Ada Lovelace")
        signed_in = await client.post("/api/v1/auth/login", json={k: ADA[k] for k in ("email", "password")})
        assert signed_in.status_code == 200
        assert signed_in.json()["token_type"] == "Bearer"


async def test_a_known_address_gets_the_same_answer_and_its_owner_is_told(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client = service.client()
        first = await client.post("/api/v1/auth/register", json=ADA)
        second = await client.post("/api/v1/auth/register", json=ADA | {"password": "another good one"})
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert len(await service.published(UserCreated)) == 1
        assert len(await service.published(RegistrationRepeated)) == 1


async def test_a_lost_race_costs_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadlock or a serialization failure at COMMIT is tried again, not taken for a known address."""
    commit = Batch.commit
    raced: list[Batch] = []

    async def once(self: Batch, database: Database) -> None:
        if not raced:
            raced.append(self)
            await self.transaction.rollback()
            raise Raced
        await commit(self, database)

    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        monkeypatch.setattr(Batch, "commit", once)
        answer = await service.client().post("/api/v1/auth/register", json=ADA)
        assert answer.status_code == 202
        assert len(raced) == len(await service.published(UserCreated)) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": "ada@"}, "#/email"),
        ({"password": "short"}, "#/password"),
        ({"password": "ada lovelace rules"}, "#/password"),
        ({"display_name": "  "}, "#/display_name"),
        ({"locale": "!"}, "#/locale"),
    ],
)
async def test_bad_input_is_refused_at_its_place(tmp_path: Path, change: dict[str, str], pointer: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await service.client().post("/api/v1/auth/register", json=ADA | change)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert await service.published(UserCreated) == []


async def test_a_form_is_told_all_its_faults(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        body = {"email": "ada@", "password": "short", "display_name": "", "locale": "!"}
        answer = await service.client().post("/api/v1/auth/register", json=body)
        pointers = [fault["pointer"] for fault in answer.json()["errors"]]
        assert (answer.status_code, pointers) == (400, ["#/email", "#/display_name", "#/locale", "#/password"])


async def test_a_repeated_key_has_one_effect(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client, key = service.client(), {"Idempotency-Key": "a1"}
        answers = [await client.post("/api/v1/auth/register", json=ADA, headers=key) for _ in range(2)]
        assert [a.status_code for a in answers] == [202, 202]
        other = await client.post("/api/v1/auth/register", json=ADA | {"locale": "de"}, headers=key)
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
        assert len(await service.published(UserCreated)) == 1
        assert await service.published(RegistrationRepeated) == []


async def test_two_people_may_have_thought_of_one_key(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client, key = service.client(), {"Idempotency-Key": "shared"}
        for email in ("ada@example.org", "ben@example.org"):
            assert (await client.post("/api/v1/auth/register", json=ADA | {"email": email}, headers=key)).is_success
        assert {event.email for event in await service.published(UserCreated)} == {"ada@example.org", "ben@example.org"}


async def test_what_is_kept_of_a_key_does_not_tell_the_password(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client, key = service.client(), "5a1f8e0c-77c1-4d0e-9f0b-6f3d9d2f6b11"
        answer = await client.post("/api/v1/auth/register", json=ADA, headers={"Idempotency-Key": key})
        assert service.running.database is not None
        [kept] = await service.running.database.read(
            "SELECT caller, operation, key, body_hash FROM lms_idempotency", ()
        )
        assert key not in kept
        guesses = {
            hashlib.new(name, answer.request.content).hexdigest() for name in hashlib.algorithms_guaranteed - XOF
        }
        assert not guesses & set(kept)
