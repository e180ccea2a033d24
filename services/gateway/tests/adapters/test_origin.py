"""Clients behind proxies, and pages of other origins."""

from __future__ import annotations

from typing import Any

import pytest

from lms_adapters.platform.settings import BadSettings
from services.gateway.adapters.http.origin import Cors, Proxies
from services.gateway.settings import GatewaySettings, addresses, networks

TRUSTED = networks(GatewaySettings(trusted_proxies="10.0.0.0/8, 192.0.2.7, ::1"))


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("203.0.113.5", b"198.51.100.1", "203.0.113.5"),
        ("10.1.1.1", b"198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", b"6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", b"198.51.100.1, 192.0.2.7", "198.51.100.1"),
        ("10.1.1.1", b"not an address", "10.1.1.1"),
        ("10.1.1.1", b"", "10.1.1.1"),
        ("::ffff:10.1.1.1", b"198.51.100.1, ::ffff:192.0.2.7", "198.51.100.1"),
        ("::ffff:203.0.113.5", b"198.51.100.1", "::ffff:203.0.113.5"),
        ("10.1.1.1", b'fe80::1%";proto=evil', "10.1.1.1"),
        ("::1", b"2001:db8::1", "2001:db8::1"),
        ("unix", b"198.51.100.1", "unix"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, told: bytes, client: str) -> None:
    scope = {"client": (peer, 1), "scheme": "http"}
    assert Proxies(TRUSTED).client(scope, {b"x-forwarded-for": told})[0] == client


def test_the_scheme_is_believed_from_a_trusted_proxy() -> None:
    noted = {b"x-forwarded-proto": b"https"}
    assert Proxies(TRUSTED).client({"client": ("10.0.0.1", 1), "scheme": "http"}, noted)[1] == "https"
    assert Proxies(TRUSTED).client({"client": ("8.8.8.8", 1), "scheme": "http"}, noted)[1] == "http"
    assert Proxies(()).client({"client": None}, noted) == ("unknown", "http")


def preflight(method: str = "OPTIONS") -> dict[str, Any]:
    return {"method": method, "headers": [(b"access-control-request-method", b"POST")]}


def test_pages_of_named_origins_may_call() -> None:
    cors = Cors(("https://app.example",))
    assert (b"access-control-allow-origin", b"https://app.example") in cors.headers(b"https://app.example")
    assert cors.headers(b"https://evil.example") == ((b"vary", b"Origin"),)
    assert cors.preflight(preflight(), b"https://app.example") is not None
    assert cors.preflight(preflight(), b"https://evil.example") is None
    assert cors.preflight(preflight("POST"), b"https://app.example") is None
    assert cors.preflight({"method": "OPTIONS", "headers": []}, b"https://app.example") is None


def test_without_the_setting_nothing_is_said() -> None:
    assert Cors(()).headers(b"https://app.example") == ()
    assert Cors(()).preflight(preflight(), b"https://app.example") is None


@pytest.mark.parametrize(
    "upstreams", ["auth", "auth=9001", "auth=ftp://x", "=http://x", "a=http://x,a=http://y", "a=http://x/y"]
)
def test_addresses_that_are_none_are_named(upstreams: str) -> None:
    with pytest.raises(BadSettings, match="upstreams"):
        addresses(GatewaySettings(upstreams=upstreams))


def test_networks_that_are_none_are_named() -> None:
    with pytest.raises(BadSettings, match="trusted_proxies"):
        networks(GatewaySettings(trusted_proxies="10.0.0.0/99"))
