"""One request that two readers take for two: over real connections, to the server that production has."""

from __future__ import annotations

import re

import pytest

from lms_adapters.testing.server import listening, say
from tests.security.knock import knock
from tests.security.school import API, School

pytestmark = pytest.mark.asyncio(loop_scope="package")

_POST = f"POST {API}/auth/refresh HTTP/1.1\r\nhost: lms.example\r\ncontent-type: application/json\r\n".encode()
_HIDDEN = b"GET /api/v1/auth/jwks HTTP/1.1\r\nhost: lms.example\r\n\r\n"
_BODY = b'{"refresh_token": "guessed"}'

TRICKS = {
    "length and chunks": b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "chunks and length": b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "two lengths": b"content-length: 28\r\ncontent-length: 0\r\n\r\n" + _BODY + _HIDDEN,
    "two equal lengths": b"content-length: 28\r\ncontent-length: 28\r\n\r\n" + _BODY + _HIDDEN,
    "a list of lengths": b"content-length: 28, 28\r\n\r\n" + _BODY + _HIDDEN,
    "a signed length": b"content-length: +28\r\n\r\n" + _BODY + _HIDDEN,
    "a negative length": b"content-length: -1\r\n\r\n" + _BODY + _HIDDEN,
    "a length in hexadecimal": b"content-length: 0x1c\r\n\r\n" + _BODY + _HIDDEN,
    "a huge length": b"content-length: 99999999999999999999\r\n\r\n" + _BODY + _HIDDEN,
    "an unknown coding": b"transfer-encoding: xchunked\r\n\r\n" + _HIDDEN,
    "chunked, but not last": b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "chunked twice": b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a space before the colon": b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a tab for a space": b"transfer-encoding:\tchunked\x0b\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a folded line": b"x-first: a\r\n transfer-encoding: chunked\r\ncontent-length: 28\r\n\r\n" + _BODY + _HIDDEN,
    "a bare line feed": b"x: y\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a bare carriage return": b"x: y\rtransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a null in a name": b"transfer\x00-encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
    "a chunk size that overflows": b"transfer-encoding: chunked\r\n\r\n10000000000000000\r\n" + _HIDDEN,
    "a signed chunk size": b"transfer-encoding: chunked\r\n\r\n+0\r\n\r\n" + _HIDDEN,
    "a chunk longer than it says": b"transfer-encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + _HIDDEN,
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_the_hidden_request_is_not_answered(shared: School, trick: str) -> None:
    """Refused, and the connection closed; nobody sees a second request in it."""
    async with listening(shared.front) as listener:
        answer = await say(listener, _POST + TRICKS[trick])
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", answer)
    assert statuses in ([b"400"], [b"413"]), (trick, answer[:600])
    assert b'"keys"' not in answer


async def test_a_whole_request_and_another_are_two(shared: School) -> None:
    """What the tricks are measured by."""
    head = b"content-length: %d\r\n\r\n" % len(_BODY)
    async with listening(shared.front) as listener:
        last = _HIDDEN.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
        answer = await say(listener, _POST + head + _BODY + last)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"401", b"200"]


@pytest.mark.parametrize("name", ["authorization", "host", "content-length", "origin", "traceparent"])
async def test_what_may_stand_once_may_not_stand_twice(shared: School, name: str) -> None:
    values = {
        "authorization": f"Bearer {shared.learner.token}",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    twice = [(name, values.get(name, "0"))] * 2
    answer = await knock(shared.front, "GET", f"{API}/users/me", headers=twice)
    assert (answer.status, answer.problem) == (400, "invalid")


async def test_connection_names_no_header_away(shared: School) -> None:
    """Hop-by-hop: a client cannot make the gateway drop what says who asks, nor what the gateway itself adds."""
    named = [("connection", "close, authorization, x-forwarded-for, forwarded, traceparent, host")]
    answer = await knock(shared.front, "GET", f"{API}/users/me", token=shared.learner.token, headers=named)
    assert (answer.status, answer.json["id"]) == (200, shared.learner["user_id"])


async def test_what_a_client_says_of_its_way_here_is_not_believed(shared: School) -> None:
    """Neither the address that limits and lockout go by."""
    from services.auth.adapters.http import tokens

    heard: list[str] = []
    address = tokens.address_of

    def listen(request: object) -> str:
        heard.append(address(request))  # type: ignore[arg-type]
        return heard[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "address_of", listen)
        for said in (
            ("x-forwarded-for", "203.0.113.9"),
            ("forwarded", "for=203.0.113.9"),
            ("x-real-ip", "203.0.113.9"),
        ):
            body = {"email": "nobody@example.org", "password": "a guess"}
            await knock(shared.front, "POST", f"{API}/auth/login", json=body, headers=[said], client="198.51.100.4")
    assert heard == ["198.51.100.4"] * 3


async def test_an_upgrade_is_not_a_way_round(shared: School) -> None:
    """h2c and WebSocket: the request is answered as the plain one, or refused; nothing is tunnelled."""
    for upgrade in (b"h2c", b"websocket", b"TLS/1.0"):
        head = (
            b"GET /internal/descriptor HTTP/1.1\r\nhost: lms.example\r\nconnection: Upgrade, HTTP2-Settings\r\n"
            b"upgrade: " + upgrade + b"\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
        )
        async with listening(shared.front, 0.2) as listener:
            answer = await say(listener, head)
        statuses = re.findall(rb"HTTP/1\.1 (\d+)", answer)
        assert statuses[:1] in ([b"400"], [b"404"]), (upgrade, answer[:300])
        assert b"101" not in statuses
