"""What the gateway makes of headers."""

from __future__ import annotations

import pytest

from lms_core.domain.errors import Invalid
from services.gateway.adapters.http.headers import forwarded


@pytest.mark.parametrize("host", [b"a" * 253, b"a" * 253 + b":65535", b"[2001:db8::1]:8000", b""])
def test_a_host_is_passed_on(host: bytes) -> None:
    assert dict(forwarded("192.0.2.1", host, "https")).get(b"x-forwarded-host", b"") == host


@pytest.mark.parametrize("host", [b"a" * 260, b"a:1" + b"0" * 300, b"a b", b'a";proto=https', b"a,b", b"a/b", b"a@b"])
def test_what_is_no_host_is_refused(host: bytes) -> None:
    """A longer one than there can be (RFC 1035, section 2.3.4) as well."""
    with pytest.raises(Invalid):
        forwarded("192.0.2.1", host, "https")
