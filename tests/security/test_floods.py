"""Limits under two hundred clients at once, and a platform that still says how it is."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.server import listening, say
from services.auth.adapters.crypto.credentials import Argon2Passwords
from services.gateway import wiring
from services.gateway.ports.rate_limiting import Ticks
from tests.security.knock import Answer, knock
from tests.security.school import API, School, opened

CLIENTS = 200
SECOND = 1_000_000_000


class StoppedClock:
    """The gateway's, which stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 7 * SECOND

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def measured(folder: Path, **settings: int) -> AsyncIterator[tuple[School, StoppedClock]]:
    """A platform whose gateway keeps these limits by a clock of ours; those not named are off."""
    clock = StoppedClock()
    limits = {f"LMS_GATEWAY_{name}_RATE": 0 for name in ("PERSON", "ADDRESS", "CREDENTIALS")}
    environ = {name: str(value) for name, value in {**limits, **settings}.items()}

    def ticks() -> Ticks:
        return clock

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "ticks", ticks)
        async with opened(folder, environ) as school:
            yield school, clock


async def crowd(
    school: School, *, method: str = "GET", path: str, token: str = "", addresses: int = 1, **more: Any
) -> list[Answer]:
    """Two hundred clients at once."""
    return await asyncio.gather(
        *(
            knock(school.front, method, API + path, token=token, client=f"192.0.2.{n % addresses}", **more)
            for n in range(CLIENTS)
        )
    )


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


async def test_a_person_gets_exactly_their_measure(tmp_path: Path) -> None:
    async with measured(tmp_path, LMS_GATEWAY_PERSON_RATE=10, LMS_GATEWAY_PERSON_BURST=37) as (school, clock):
        one, other = await school.newcomer("Ada"), await school.newcomer("Bob")
        first = await crowd(school, path="/users/me", token=one.token, addresses=50)
        assert statuses(first) == {200: 37, 429: 163}
        assert statuses(await crowd(school, path="/users/me", token=other.token)) == {200: 37, 429: 163}
        clock.now += SECOND
        assert statuses(await crowd(school, path="/users/me", token=one.token)) == {200: 10, 429: 190}
        late = next(answer for answer in first if answer.status == 429)
        assert (late.problem, late.header("retry-after")) == ("too-many-requests", "1")
        left = sorted(int((a.header("ratelimit") or "").split(";")[1][2:]) for a in first if a.status == 200)
        assert left == list(range(37))


async def test_an_address_gets_exactly_its_measure_and_ipv6_is_a_network(tmp_path: Path) -> None:
    async with measured(tmp_path, LMS_GATEWAY_ADDRESS_RATE=1, LMS_GATEWAY_ADDRESS_BURST=25) as (school, _):
        assert statuses(await crowd(school, path="/auth/jwks")) == {200: 25, 429: 175}
        assert statuses(await crowd(school, path="/auth/jwks", addresses=4)) == {200: 75, 429: 125}
        many = [knock(school.front, "GET", f"{API}/auth/jwks", client=f"2001:db8::{n:x}") for n in range(CLIENTS)]
        assert statuses(await asyncio.gather(*many)) == {200: 25, 429: 175}


async def test_sign_ins_have_a_stricter_measure_and_forged_tokens_count_by_address(tmp_path: Path) -> None:
    limits = {"LMS_GATEWAY_CREDENTIALS_RATE": 1, "LMS_GATEWAY_CREDENTIALS_BURST": 5}
    limits |= {"LMS_GATEWAY_ADDRESS_RATE": 1, "LMS_GATEWAY_ADDRESS_BURST": 50}
    async with measured(tmp_path, **limits) as (school, _):
        body = {"email": "nobody@example.org", "password": "a guess"}
        assert statuses(await crowd(school, method="POST", path="/auth/login", json=body)) == {401: 5, 429: 195}
        assert statuses(await crowd(school, path="/users/me", token="a.b.c")) == {401: 45, 429: 155}


_LARGE = 50_000
"""Bytes of a header: with the others it is just not too much for the server."""
_NAMES = ",".join(f"{n:04x}" for n in range(_LARGE // 5))
_TWICE = [("tracestate", "a=1"), ("tracestate", "b=2")]
"""What may stand once: the request is refused."""


@pytest.mark.asyncio(loop_scope="package")
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("host", "a" * _LARGE),
        ("connection", _NAMES),
        ("accept-language", f"de,{_NAMES}"),
        ("authorization", f"Bearer {'a' * _LARGE}"),
        ("origin", "a" * _LARGE),
        ("traceparent", "a" * _LARGE),
        ("x-forwarded-for", _NAMES),
        ("idempotency-key", "a" * _LARGE),
        ("cookie", "a" * _LARGE),
    ],
    ids=lambda text: text if len(text) < 20 else "",
)
async def test_nothing_is_kept_of_what_strangers_make_up(shared: School, header: str, value: str) -> None:
    """A cache that is keyed by what clients send is as large as they like: each of these would leave a megabyte."""

    async def ask(times: int) -> int:
        for n in range(times):
            said = [(header, f"{value}{n:x}")]
            await knock(shared.front, "GET", f"{API}/auth/jwks", headers=said)
            await knock(shared.front, "GET", f"{API}/users/me", headers=said)
            await knock(shared.front, "GET", f"{API}/auth/jwks", headers=[*said, *_TWICE])
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = await ask(5)
        assert await ask(20) - before < 10 * _LARGE
    finally:
        tracemalloc.stop()


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Hashing that does not end before the event is set: as busy as a machine can be with sign-ins."""
    free = asyncio.Event()

    async def matches(self: Argon2Passwords, password_hash: str | None, password: str) -> bool:
        await free.wait()
        return False

    monkeypatch.setattr(Argon2Passwords, "matches", matches)
    return free


async def test_the_platform_says_how_it_is_while_it_is_flooded(tmp_path: Path, stuck: asyncio.Event) -> None:
    """Two hundred sign-ins hang, and two hundred connections hold half a request: health and reads are answered."""
    async with opened(tmp_path) as school, listening(school.front, 30) as listener:
        body = {"email": "nobody@example.org", "password": "a guess"}
        many = [
            asyncio.create_task(
                knock(
                    school.front,
                    "POST",
                    f"{API}/auth/login",
                    json={**body, "email": f"{n}@example.org"},
                    client=f"198.51.100.{n}",
                )
            )
            for n in range(CLIENTS)
        ]
        halves = [await asyncio.open_connection(*listener.getsockname()) for _ in range(CLIENTS)]
        for _, writer in halves:
            writer.write(b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
            await writer.drain()
        for path in ("/health/live", "/health/ready", "/metrics", f"{API}/auth/jwks"):
            head = f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
            assert (await say(listener, head.encode())).startswith(b"HTTP/1.1 200 "), path
        assert not any(one.done() for one in many)
        for _, writer in halves:
            writer.close()
        stuck.set()
        assert statuses(await asyncio.gather(*many)) == {401: CLIENTS}
