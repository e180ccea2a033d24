"""Knowing who asks."""

from __future__ import annotations

import pytest

from services.gateway.tests.usecases.fakes import FakeVerifier
from services.gateway.usecases.authentication import Authenticate


async def test_somebody_who_shows_nothing_is_nobody() -> None:
    assert await Authenticate(FakeVerifier())(None) is None


async def test_a_good_token_is_somebody() -> None:
    assert await Authenticate(FakeVerifier())(b"Bearer good") is not None


@pytest.mark.parametrize("header", [b"Bearer bad", b"Basic good"])
async def test_a_bad_one_is_nobody(header: bytes) -> None:
    assert await Authenticate(FakeVerifier())(header) is None
