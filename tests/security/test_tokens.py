"""Tokens that are not what they say: forged, meant for others, too early, too late, or used before."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from lms_core.domain.time import to_ms
from services.auth.ports.tokens import Signer
from tests.architecture.house import SERVICES
from tests.security.knock import knock
from tests.security.school import API, PASSWORD, School

pytestmark = pytest.mark.asyncio(loop_scope="package")

ASKED = {  # a door of each service that wants somebody signed in
    "auth": "POST /auth/users/00000000-0000-7000-8000-000000000000/roles",
    "user": "GET /users/me",
    "course": "GET /courses",
    "progress": "GET /progress/courses/00000000-0000-7000-8000-000000000000",
    "analytics": "GET /analytics/overview",
    "billing": "GET /billing/invoices",
    "notification": "GET /notifications",
}


async def refused_everywhere(school: School, token: str) -> bool:
    """At the gateway and at every service itself: 401, and nothing said but that."""
    for name, asked in ASKED.items():
        method, path = asked.split()
        for at in ("gateway", name):
            answer = await knock(school.platform.neighbours[at], method, API + path, token=token)
            if (answer.status, answer.problem, answer.header("www-authenticate")) != (401, "unauthenticated", "Bearer"):
                return False
    return True


async def signed(school: School, **change: Any) -> str:
    """Well signed by auth, for an administrator; with other claims (None: without)."""
    signer = await school.platform.container("auth").get(Signer)
    return await signer.sign({k: v for k, v in (claims(school) | change).items() if v is not None})


def claims(school: School) -> dict[str, Any]:
    now = to_ms(school.clock.now()) // 1000
    of = school.admin
    sid = "01a21dd8-6501-7000-b57d-039d3ef90b5e"
    return {
        "iss": "lms",
        "aud": "lms",
        "sub": of["user_id"],
        "sid": sid,
        "iat": now,
        "exp": now + 300,
        "roles": ["admin"],
    }


def part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def with_hmac(head: dict[str, Any], body: dict[str, Any], secret: bytes) -> str:
    text = f"{part(head)}.{part(body)}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


async def public_key(school: School) -> dict[str, Any]:
    [key] = (await school.call(None, "GET", "/auth/jwks"))["keys"]
    return dict(key)


async def test_a_true_token_is_taken_and_every_service_is_tried(shared: School) -> None:
    assert {*ASKED, "gateway"} == set(SERVICES)
    assert not await refused_everywhere(shared, await signed(shared))


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
async def test_no_signature(shared: School, name: str) -> None:
    body = part(claims(shared))
    _, _, signature = (await signed(shared)).split(".")
    for head in ({"alg": name}, {"alg": name, "typ": "JWT", "kid": (await public_key(shared))["kid"]}):
        assert await refused_everywhere(shared, f"{part(head)}.{body}.")
        assert await refused_everywhere(shared, f"{part(head)}.{body}.{signature}")


async def test_the_public_key_as_a_shared_secret(shared: School) -> None:
    public = await public_key(shared)
    key = ECKey.import_key(public)
    secrets = [key.as_pem(private=False), key.as_der(private=False), msgspec.json.encode(public), b""]
    for secret in secrets:
        for head in ({"alg": "HS256"}, {"alg": "HS256", "kid": public["kid"]}):
            assert await refused_everywhere(shared, with_hmac(head, claims(shared), secret))


async def test_another_key_under_the_same_name(shared: School) -> None:
    kid = (await public_key(shared))["kid"]
    mine = ECKey.generate_key("P-256", {"kid": kid})
    assert await refused_everywhere(shared, jwt.encode({"alg": "ES256", "kid": kid}, claims(shared), mine))
    assert await refused_everywhere(shared, jwt.encode({"alg": "ES256"}, claims(shared), mine))


@pytest.mark.parametrize(
    "kid", ["../../etc/passwd", "' OR 1=1 --", "https://evil.example/jwks", "", "\x00", "a" * 5000]
)
async def test_a_key_name_is_only_a_name(shared: School, kid: str) -> None:
    mine = ECKey.generate_key("P-256", {"kid": kid})
    assert await refused_everywhere(shared, jwt.encode({"alg": "ES256", "kid": kid}, claims(shared), mine))


async def test_keys_that_the_token_brings_along_or_points_to(shared: School) -> None:
    mine = ECKey.generate_key("P-256", {"kid": "mine"})
    public = mine.as_dict(private=False)
    for more in (
        {"jwk": public},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
    ):
        head = {"alg": "ES256", "kid": "mine", **more}
        assert await refused_everywhere(shared, jwt.encode(head, claims(shared), mine)), more


@pytest.mark.parametrize("crit", [None, 7, True, [None], [7], [{}], [["b64"]], ["b64"], {"b64": False}, "b64"], ids=str)
async def test_a_head_that_wants_what_is_not_understood(shared: School, crit: Any) -> None:
    """Extensions that must be understood are not (RFC 7515, section 4.1.11), and are no fault of ours if ill-formed."""
    head = {"alg": "ES256", "kid": (await public_key(shared))["kid"], "crit": crit}
    _, body, signature = (await signed(shared)).split(".")
    assert await refused_everywhere(shared, f"{part(head)}.{body}.{signature}")


async def test_other_algorithms(shared: School) -> None:
    rsa, p384 = RSAKey.generate_key(2048), ECKey.generate_key("P-384")
    for algorithm, key in (("RS256", rsa), ("PS256", rsa), ("ES384", p384)):
        forged = jwt.encode({"alg": algorithm}, claims(shared), key, algorithms=[algorithm])
        assert await refused_everywhere(shared, forged), algorithm


async def test_another_body_under_a_true_signature(shared: School) -> None:
    head, _, signature = (await signed(shared, roles=["learner"])).split(".")
    assert await refused_everywhere(shared, f"{head}.{part(claims(shared))}.{signature}")


async def test_a_zero_signature(shared: School) -> None:
    """r = s = 0, which careless verifiers of ECDSA took for any message (CVE-2022-21449)."""
    head, body, _ = (await signed(shared)).split(".")
    assert await refused_everywhere(shared, f"{head}.{body}.{part(bytes(64))}")


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"exp": None},
        {"exp": 1},
        {"iat": None},
        {"sub": "admin"},
        {"sub": None},
        {"sid": None},
        {"roles": None},
    ],
    ids=str,
)
async def test_true_signatures_under_other_claims(shared: School, change: dict[str, Any]) -> None:
    assert await refused_everywhere(shared, await signed(shared, **change))


async def test_expired_and_not_yet(shared: School) -> None:
    """Clocks may differ by thirty seconds."""
    now = to_ms(shared.clock.now()) // 1000
    assert await refused_everywhere(shared, await signed(shared, exp=now - 30))
    assert not await refused_everywhere(shared, await signed(shared, exp=now - 29))
    assert await refused_everywhere(shared, await signed(shared, nbf=now + 31))
    assert await refused_everywhere(shared, await signed(shared, iat=now + 31))
    assert not await refused_everywhere(shared, await signed(shared, nbf=now + 30))


async def test_a_token_that_was_good_is_not_good_for_ever(shared: School) -> None:
    token = await signed(shared)
    assert not await refused_everywhere(shared, token)
    shared.clock.advance(timedelta(minutes=6))
    try:
        assert await refused_everywhere(shared, token)
    finally:
        shared.clock.advance(timedelta(minutes=-6))


async def test_other_tokens_are_no_access_tokens(shared: School) -> None:
    """A refresh token, an id, what is no token at all."""
    for other in (shared.admin.refresh_token, shared.admin["user_id"], "a.b.c", "..", "a" * 8000):
        assert await refused_everywhere(shared, other)


async def test_a_refresh_token_is_used_once_and_its_return_ends_the_session(shared: School) -> None:
    one = await shared.newcomer("Reuse")
    first = await shared.call(None, "POST", "/auth/refresh", {"refresh_token": one.refresh_token})
    for stolen in (one.refresh_token, first["refresh_token"]):
        answer = await shared.ask(None, "POST", "/auth/refresh", {"refresh_token": stolen})
        assert (answer.status, answer.problem) == (401, "auth/bad-refresh-token")


async def test_an_old_token_stands_in_nobodys_way_to_the_next(shared: School) -> None:
    """At the gateway and at auth itself: as without one."""
    stale = await signed(shared, exp=1)
    for at in ("gateway", "auth"):
        one = await shared.newcomer("Stale")
        for path, body in (
            ("login", {"email": one.email, "password": PASSWORD}),
            ("refresh", {"refresh_token": one.refresh_token}),
            ("logout", {"refresh_token": one.refresh_token}),
        ):
            answer = await knock(shared.platform.neighbours[at], "POST", f"{API}/auth/{path}", json=body, token=stale)
            assert answer.status in (200, 204), (at, path, answer.body)
