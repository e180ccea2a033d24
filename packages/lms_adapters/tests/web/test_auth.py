"""Whose keys count, and for how long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from lms_adapters.web.auth import AUDIENCE, TokenVerifier
from lms_core.domain.errors import Unauthenticated, Unavailable
from lms_core.domain.events import encode
from lms_core.domain.time import to_ms
from lms_core.testing.fakes import FakeClock, fake_id

MINUTES = timedelta(minutes=1)


class Auth:
    """Publishes keys, or is away, or takes its time."""

    def __init__(self, *keys: ECKey) -> None:
        self.clock = FakeClock()
        self.keys = list(keys)
        self.asked = 0
        self.away = False
        self.begun = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()
        self.verifier = TokenVerifier(self.fetch, self.clock, "lms")

    async def fetch(self) -> bytes:
        self.asked += 1
        self.begun.set()
        await self.answers.wait()
        if self.away:
            raise Unavailable
        return encode({"keys": [key.as_dict(private=False) for key in self.keys]})

    def header(self, key: ECKey) -> bytes:
        """With a token for an hour: whoever has stolen the key is free to choose."""
        now = to_ms(self.clock.now()) // 1000
        claims = {"iss": "lms", "aud": AUDIENCE, "sub": str(fake_id(1)), "sid": str(fake_id(2)), "iat": now}
        token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims | {"exp": now + 3600, "roles": ["admin"]}, key)
        return b"Bearer " + token.encode()

    async def refuses(self, header: bytes) -> bool:
        try:
            await self.verifier.principal(header)
        except Unauthenticated:
            return True
        return False


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


@pytest.fixture
def old() -> ECKey:
    return new_key()


async def test_a_withdrawn_key_stops_counting_also_for_tokens_that_were_seen(old: ECKey) -> None:
    auth = Auth(old)
    seen = auth.header(old)
    assert not await auth.refuses(seen)
    auth.keys = [new_key()]
    auth.clock.advance(5 * MINUTES)
    assert await auth.refuses(seen)
    assert await auth.refuses(auth.header(old))
    assert not await auth.refuses(auth.header(auth.keys[0]))


async def test_a_new_key_counts_at_once_for_all_who_come_with_it(old: ECKey) -> None:
    auth, new = Auth(old), new_key()
    assert not await auth.refuses(auth.header(old))
    auth.clock.advance(MINUTES)
    auth.keys = [new, old]
    assert not any(await asyncio.gather(*(auth.refuses(auth.header(new)) for _ in range(5))))
    assert auth.asked == 2


async def test_known_keys_count_while_auth_is_away_and_nobody_waits_in_line(old: ECKey) -> None:
    auth = Auth(old)
    good, bad = auth.header(old), auth.header(new_key())
    assert not await auth.refuses(good)
    auth.away = True
    auth.clock.advance(6 * MINUTES)
    auth.begun.clear()
    auth.answers.clear()
    asking = asyncio.create_task(auth.refuses(auth.header(old)))
    await auth.begun.wait()
    assert not await auth.refuses(good)  # though the one who asks still waits
    guesses = [asyncio.create_task(auth.refuses(bad)) for _ in range(20)]
    auth.answers.set()
    assert not await asking
    assert all(await asyncio.gather(*guesses))
    assert auth.asked == 2
    assert await auth.refuses(bad)
    assert auth.asked == 2
    auth.clock.advance(timedelta(seconds=10))
    assert await auth.refuses(bad)
    assert auth.asked == 3


async def test_without_any_key_nobody_can_be_checked(old: ECKey) -> None:
    auth = Auth(old)
    auth.away = True
    tries = [auth.verifier.principal(auth.header(old)) for _ in range(20)]
    assert all(isinstance(error, Unavailable) for error in await asyncio.gather(*tries, return_exceptions=True))
    assert auth.asked == 1
    auth.away = False
    auth.clock.advance(timedelta(seconds=1))
    assert not await auth.refuses(auth.header(old))
