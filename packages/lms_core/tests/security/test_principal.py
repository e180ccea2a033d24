"""The Authorization header."""

from __future__ import annotations

import pytest

from lms_core.domain.errors import Unauthenticated
from lms_core.security.principal import bearer


@pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER"])
def test_a_bearer_token_is_found(scheme: bytes) -> None:
    assert bearer(scheme + b" abc.def.ghi") == "abc.def.ghi"


@pytest.mark.parametrize("header", [b"", b"Bearer", b"Bearer ", b"Basic eA==", b"abc", b"Bearer \xff"])
def test_anything_else_is_refused(header: bytes) -> None:
    with pytest.raises(Unauthenticated):
        bearer(header)
