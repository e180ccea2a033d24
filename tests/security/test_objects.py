"""Taking what is someone else's: guessed ids, members nobody asked for, other people's keys, shared caches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.security.knock import knock
from tests.security.requests import BODIES, others
from tests.security.school import API, PASSWORD, School, unique

pytestmark = pytest.mark.asyncio(loop_scope="package")

_ADDED: dict[str, Any] = {
    "id": "01a21dd8-0000-7000-8000-000000000000",
    "user_id": "01a21dd8-0000-7000-8000-000000000000",
    "owner_id": "01a21dd8-0000-7000-8000-000000000000",
    "learner_id": "01a21dd8-0000-7000-8000-000000000000",
    "instructor_id": "01a21dd8-0000-7000-8000-000000000000",
    "role": "admin",
    "roles": ["admin"],
    "is_admin": True,
    "status": "active",
    "published_version": 1,
    "version": 99,
    "amount": 0,
    "verified": True,
    "__proto__": {"admin": True},
}


async def operations(school: School) -> dict[str, tuple[str, str]]:
    """Method and path of every documented operation."""
    return {told["operationId"]: (method, path) for method, path, told in await school.operations()}


async def test_members_that_nobody_asked_for_are_refused(shared: School) -> None:
    """Mass assignment: every body of the platform, with each tempting member added."""
    known = await operations(shared)
    of = others(shared) | {"course_id": shared.course}
    for operation, body in BODIES.items():
        method, path = known[operation]
        for name, value in _ADDED.items():
            sent = body(shared, of)
            if name in sent:
                continue
            answer = await knock(
                shared.front,
                method,
                path.format_map(of),
                token=shared.admin.token,
                json={**sent, name: value},
                headers=[("if-match", '"1"')],
            )
            assert (answer.status, answer.problem) == (400, "invalid"), (operation, name, answer.body)
            assert [fault["pointer"] for fault in answer.json["errors"]] == [f"#/{name}"]


async def test_the_caller_is_who_the_token_says_whatever_else_is_said(shared: School) -> None:
    """Headers and parameters that frameworks elsewhere take for an identity."""
    linus, eve = shared.learner, shared.stranger
    claims = [
        ("x-user-id", eve["user_id"]),
        ("x-forwarded-user", "Head"),
        ("x-roles", "admin"),
        ("x-original-url", "/api/v1/auth"),
    ]
    path = f"{API}/users/me?user_id={eve['user_id']}&as=admin"
    answer = await knock(shared.front, "GET", path, token=linus.token, headers=claims)
    assert answer.json["id"] == linus["user_id"]
    overview = await knock(shared.front, "GET", f"{API}/analytics/overview", token=linus.token, headers=claims)
    assert overview.status == 403


@pytest.mark.parametrize("method", ["x-http-method-override", "x-http-method", "x-method-override"])
async def test_the_method_is_the_request_lines(shared: School, method: str) -> None:
    mine = shared.learner["method_id"]
    path = f"{API}/billing/payment-methods/{mine}?_method=DELETE"
    answer = await knock(shared.front, "GET", path, token=shared.learner.token, headers=[(method, "DELETE")])
    assert answer.status == 405
    kept = await shared.call(shared.learner, "GET", "/billing/payment-methods")
    assert mine in [one["id"] for one in kept["items"]]


async def test_an_idempotency_key_is_its_callers_own(shared: School) -> None:
    """The same key, path and body of another person is another request; of nobody it is another one still."""
    key, body = [("idempotency-key", unique("key"))], {"token": "pm_ok"}
    ask = shared.call
    first = await ask(shared.learner, "POST", "/billing/payment-methods", body, headers=key)
    again = await ask(shared.learner, "POST", "/billing/payment-methods", body, headers=key)
    other = await ask(shared.stranger, "POST", "/billing/payment-methods", body, headers=key)
    assert first["id"] == again["id"] != other["id"]
    assert (await shared.ask(None, "POST", "/billing/payment-methods", body, headers=key)).status == 401
    registration = {"email": f"{unique('a')}@example.org", "password": PASSWORD, "display_name": "A"}
    assert (await shared.ask(None, "POST", "/auth/register", registration, headers=key)).status == 202
    stolen = await shared.ask(None, "POST", "/auth/register", {**registration, "display_name": "B"}, headers=key)
    assert (stolen.status, stolen.problem) == (422, "idempotency-key-reused")


async def test_answers_with_credentials_are_never_repeated(shared: School) -> None:
    """Who learns the key of a sign-in gets no tokens with it."""
    key = [("idempotency-key", unique("key"))]
    body = {"email": shared.stranger.email, "password": PASSWORD}
    first = await shared.ask(None, "POST", "/auth/login", body, headers=key)
    assert first.status == 200
    wrong = await shared.ask(None, "POST", "/auth/login", {**body, "password": "a guess"}, headers=key)
    assert wrong.status in (401, 422)
    again = await shared.ask(None, "POST", "/auth/login", body, headers=key)
    assert (again.status, again.problem) == (409, "already-done")


async def test_no_answer_to_somebody_is_for_a_shared_cache(shared: School) -> None:
    """Cache poisoning and leaking across principals: whatever a token may change is private or not stored."""
    shown = []
    for method, path in (await operations(shared)).values():
        if method != "GET" or path.endswith("/stream"):
            continue
        answer = await knock(shared.front, "GET", path.format_map(shared.admin.things), token=shared.admin.token)
        directives = {part.strip() for part in (answer.header("cache-control") or "").split(",")}
        if "public" in directives:
            shown.append(path)
        elif not directives & {"private", "no-store"}:
            pytest.fail(f"{path}: a shared cache may keep the answer to somebody signed in: {directives}")
    assert shown == ["/api/v1/auth/jwks"]


async def test_what_a_key_of_caches_does_not_hold_does_not_change_the_answer(shared: School) -> None:
    """Unkeyed headers: an answer that is the same for all must not carry what one of them said."""
    odd = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "evil"),
        ("x-original-url", "/evil"),
        ("forwarded", "host=evil.example"),
    ]
    for path in ("/", "/openapi.json", f"{API}/auth/jwks"):
        plain = await knock(shared.front, "GET", path)
        poisoned = await knock(shared.front, "GET", path, headers=odd)
        assert plain.body == poisoned.body
        assert b"evil" not in repr(poisoned).encode()
