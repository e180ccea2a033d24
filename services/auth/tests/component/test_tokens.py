"""Tokens, from sign-in to sign-out, over HTTP and with auth's own keys."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.domain.time import to_ms
from lms_core.testing.fakes import fake_id
from services.auth.ports.tokens import Signer
from services.auth.service import SERVICE

ADA = {"email": "ada@example.org", "password": "correct horse battery"}
LOGIN, REFRESH, LOGOUT, JWKS = (f"/api/v1/auth/{verb}" for verb in ("login", "refresh", "logout", "jwks"))
ROLES = f"/api/v1/auth/users/{fake_id(7)}/roles"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path, keys=None) as running:
        await registered(running)
        yield running


async def registered(service: ServiceUnderTest) -> None:
    body = ADA | {"display_name": "Ada Lovelace"}
    assert (await service.client().post("/api/v1/auth/register", json=body)).status_code == 202


async def signed_in(service: ServiceUnderTest) -> dict[str, Any]:
    answer = await service.client().post(LOGIN, json=ADA)
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


async def refresh(service: ServiceUnderTest, token: str) -> httpx.Response:
    return await service.client().post(REFRESH, json={"refresh_token": token})


async def log_out(service: ServiceUnderTest, token: str) -> httpx.Response:
    return await service.client().post(LOGOUT, json={"refresh_token": token})


async def shown(service: ServiceUnderTest, authorization: str) -> httpx.Response:
    """At a door that wants somebody; who it lets in may not do it, or finds nobody there."""
    return await service.client().post(ROLES, json={"role": "learner"}, headers={"authorization": authorization})


async def counts(service: ServiceUnderTest, token: str) -> bool:
    answer = await shown(service, f"Bearer {token}")
    assert answer.status_code in (403, 404) or refused(answer, "unauthenticated")
    return answer.status_code != 401


def refused(answer: httpx.Response, type_: str) -> bool:
    problem = answer.json()
    return (answer.status_code, problem["type"], answer.headers["www-authenticate"]) == (
        401,
        f"/problems/{type_}",
        "Bearer",
    )


async def test_the_published_keys_verify_what_is_issued_and_hold_nothing_private(service: ServiceUnderTest) -> None:
    tokens = await signed_in(service)
    answer = await service.client().get(JWKS)
    assert answer.headers["cache-control"] == "public, max-age=300"
    [key] = answer.json()["keys"]
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    assert "d" not in key
    claims = jwt.decode(tokens["access_token"], KeySet.import_key_set({"keys": [key]}), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["roles"]) == ("lms", "lms", ["learner"])
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]


async def test_answers_with_tokens_are_not_stored_on_the_way(service: ServiceUnderTest) -> None:
    answer = await service.client().post(LOGIN, json=ADA)
    assert answer.headers["cache-control"] == "no-store"


async def test_wrong_password_and_unknown_address_get_the_same_answer(service: ServiceUnderTest) -> None:
    client, problems = service.client(), []
    for change in ({"password": "wrong"}, {"email": "eve@example.org"}, {"email": "no address"}):
        answer = await client.post(LOGIN, json=ADA | change)
        assert refused(answer, "auth/bad-credentials")
        problems.append({k: v for k, v in answer.json().items() if k != "trace_id"})
    assert problems[0] == problems[1] == problems[2]


async def test_a_refresh_token_counts_once_and_its_return_ends_the_session(service: ServiceUnderTest) -> None:
    first = (await signed_in(service))["refresh_token"]
    elsewhere = (await signed_in(service))["refresh_token"]
    answer = await refresh(service, first)
    assert answer.status_code == 200
    second = answer.json()["refresh_token"]
    for token in (first, second, second):
        assert refused(await refresh(service, token), "auth/bad-refresh-token")
    assert (await refresh(service, elsewhere)).status_code == 200


async def test_a_refresh_token_that_was_never_issued(service: ServiceUnderTest) -> None:
    assert refused(await refresh(service, "guessed"), "auth/bad-refresh-token")


async def twice_at_once(service: ServiceUnderTest) -> None:
    token = (await signed_in(service))["refresh_token"]
    answers = await asyncio.gather(*(refresh(service, token) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]
    [won] = [a for a in answers if a.status_code == 200]
    assert refused(await refresh(service, won.json()["refresh_token"]), "auth/bad-refresh-token")


async def test_rivals_for_one_refresh_token_cannot_both_win(service: ServiceUnderTest) -> None:
    await twice_at_once(service)


@pytest.mark.engine
async def test_nor_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await registered(service)
        await twice_at_once(service)


async def test_sessions_end_without_use_and_last_with_it(service: ServiceUnderTest) -> None:
    idle, used = (await signed_in(service))["refresh_token"], (await signed_in(service))["refresh_token"]
    await service.advance(timedelta(days=29))
    used = (await refresh(service, used)).json()["refresh_token"]
    await service.advance(timedelta(days=1))
    assert refused(await refresh(service, idle), "auth/bad-refresh-token")
    assert (await refresh(service, used)).status_code == 200


async def test_signing_out_ends_this_session_alone(service: ServiceUnderTest) -> None:
    here, there = await signed_in(service), await signed_in(service)
    assert (await log_out(service, here["refresh_token"])).status_code == 204
    assert refused(await refresh(service, here["refresh_token"]), "auth/bad-refresh-token")
    assert (await refresh(service, there["refresh_token"])).status_code == 200


async def test_signing_out_takes_a_used_token_or_one_that_nobody_knows(service: ServiceUnderTest) -> None:
    used = (await signed_in(service))["refresh_token"]
    fresh = (await refresh(service, used)).json()["refresh_token"]
    for token in (used, used, "guessed"):
        assert (await log_out(service, token)).status_code == 204
    assert refused(await refresh(service, fresh), "auth/bad-refresh-token")


async def test_signing_out_without_a_refresh_token_ends_the_session_of_the_access_token(
    service: ServiceUnderTest,
) -> None:
    here, there = await signed_in(service), await signed_in(service)
    client = service.client()
    assert refused(await client.post(LOGOUT), "unauthenticated")
    client.headers["authorization"] = f"Bearer {here['access_token']}"
    assert [(await client.post(LOGOUT)).status_code for _ in range(2)] == [204, 204]
    assert refused(await refresh(service, here["refresh_token"]), "auth/bad-refresh-token")
    assert (await refresh(service, there["refresh_token"])).status_code == 200


async def test_an_old_access_token_does_not_keep_from_the_next(service: ServiceUnderTest) -> None:
    tokens = await signed_in(service)
    service.clock.advance(timedelta(hours=1))
    client = service.client()
    for old in (f"Bearer {tokens['access_token']}", "Bearer a.b.c", "Basic YTpi"):
        client.headers["authorization"] = old
        assert (await client.post(LOGIN, json=ADA)).status_code == 200
        answer = await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})
        assert answer.status_code == 200
        tokens = answer.json() | {"access_token": tokens["access_token"]}
    assert (await client.post(LOGOUT, json={"refresh_token": tokens["refresh_token"]})).status_code == 204


async def test_an_access_token_expires(service: ServiceUnderTest) -> None:
    token = (await signed_in(service))["access_token"]
    service.clock.advance(timedelta(seconds=300 + 29))  # clocks may differ by half a minute
    assert await counts(service, token)
    service.clock.advance(timedelta(seconds=2))
    assert not await counts(service, token)


def claims_at(service: ServiceUnderTest) -> dict[str, Any]:
    now = to_ms(service.clock.now()) // 1000
    user, session = str(fake_id(1)), str(fake_id(2))
    return {"iss": "lms", "aud": "lms", "sub": user, "sid": session, "iat": now, "exp": now + 300, "roles": ["admin"]}


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-service"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"nbf": 9_999_999_999},
        {"sub": "not an id"},
        {"sid": None},
        {"roles": 7},
        {"exp": "soon"},
    ],
)
async def test_a_well_signed_token_with_other_claims_is_refused(
    service: ServiceUnderTest, change: dict[str, Any]
) -> None:
    signer = await service.running.container.get(Signer)
    assert await counts(service, await signer.sign(claims_at(service)))
    assert not await counts(service, await signer.sign(claims_at(service) | change))


def part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def with_hmac(kid: str, claims: dict[str, Any], secret: bytes) -> str:
    signed = f"{part({'alg': 'HS256', 'kid': kid})}.{part(claims)}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


async def test_forged_tokens_are_refused(service: ServiceUnderTest) -> None:
    claims = claims_at(service)
    [public] = (await service.client().get(JWKS)).json()["keys"]
    real = ECKey.import_key(public)
    mine = ECKey.generate_key("P-256", {"kid": public["kid"]})
    brought = {"alg": "ES256", "kid": "mine", "jwk": mine.as_dict(private=False)}
    signer = await service.running.container.get(Signer)
    head, body, signature = (await signer.sign(claims)).split(".")
    forgeries = {
        "alg none": f"{part({'alg': 'none'})}.{body}.",
        "alg none in capitals": f"{part({'alg': 'NONE', 'kid': public['kid']})}.{body}.{signature}",
        "another key under the same name": jwt.encode({"alg": "ES256", "kid": public["kid"]}, claims, mine),
        "a key that the token brings along": jwt.encode(brought, claims, mine),
        "the public key as a shared secret": with_hmac(public["kid"], claims, real.as_pem(private=False)),
        "another body": f"{head}.{part(claims | {'roles': ['admin', 'root']})}.{signature}",
        "no signature": f"{head}.{body}.",
        "not a token": "a.b.c",
    }
    for name, token in forgeries.items():
        assert not await counts(service, token), name


async def test_only_the_bearer_scheme_counts(service: ServiceUnderTest) -> None:
    token = (await signed_in(service))["access_token"]
    for value in (token, f"Basic {token}", "Bearer ", "Bearer"):
        assert refused(await shown(service, value), "unauthenticated"), value


async def forgetting(service: ServiceUnderTest) -> None:
    """Signing in makes room: what has been over for a month goes, what still counts stays."""
    used = (await signed_in(service))["refresh_token"]
    for _ in range(3):
        await log_out(service, (await signed_in(service))["refresh_token"])
    idle = await signed_in(service)
    assert (await count(service, "session"), await count(service, "refresh_token")) == (5, 5)
    service.clock.advance(timedelta(days=29))
    used = (await refresh(service, used)).json()["refresh_token"]
    await signed_in(service)
    assert (await count(service, "session"), await count(service, "refresh_token")) == (6, 7)
    service.clock.advance(timedelta(days=2))
    await signed_in(service)
    assert (await count(service, "session"), await count(service, "refresh_token")) == (4, 5)
    assert refused(await refresh(service, idle["refresh_token"]), "auth/bad-refresh-token")
    assert (await refresh(service, used)).status_code == 200


async def count(service: ServiceUnderTest, table: str) -> int:
    assert service.running.database is not None
    [(rows,)] = await service.running.database.read(f"SELECT count(*) FROM {table}", ())
    return int(rows)


async def test_sessions_that_are_over_are_forgotten(service: ServiceUnderTest) -> None:
    await forgetting(service)


@pytest.mark.engine
async def test_they_are_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await registered(service)
        await forgetting(service)
