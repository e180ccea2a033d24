"""Hashing and sealing, for real."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.domain.errors import Unavailable, in_full
from services.auth.adapters.crypto.credentials import Argon2Passwords
from services.auth.service import SERVICE

JWKS = "/api/v1/auth/jwks"


async def test_passwords_are_salted_argon2id_and_only_the_right_one_matches() -> None:
    passwords = Argon2Passwords()
    try:
        first, second = await passwords.hash("correct horse"), await passwords.hash("correct horse")
        assert first != second
        assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert await passwords.matches(first, "correct horse")
        assert not await passwords.matches(first, "Correct horse")
        assert not await passwords.matches(None, "nobody's password")
        assert not await passwords.matches("not a hash", "correct horse")
    finally:
        passwords.close()


async def test_the_signing_key_outlives_the_process_and_is_sealed(tmp_path: Path) -> None:
    keys = []
    for _ in range(2):
        async with ServiceUnderTest(SERVICE, tmp_path) as service:
            keys.append((await service.client().get(JWKS)).json())
    assert keys[0] == keys[1]
    only_for_its_owner(tmp_path)


def only_for_its_owner(folder: Path) -> None:
    assert (folder / "auth.master.key").stat().st_mode & 0o777 == 0o600
    assert b'"d":' not in b"".join(path.read_bytes() for path in folder.glob("auth.db*"))


async def test_another_master_key_opens_nothing(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert (await service.client().get(JWKS)).status_code == 200
    for wrong in (base64.urlsafe_b64encode(b"x" * 32).decode(), "c2hvcnQ", "?"):
        with pytest.raises(Unavailable) as refused:  # it does not even start
            await ServiceUnderTest(SERVICE, tmp_path, {"LMS_AUTH_MASTER_KEY": wrong}).__aenter__()
        assert "master key" in in_full(refused.value)
        assert "key" not in str(refused.value)
