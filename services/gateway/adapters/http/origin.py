"""Where a request comes from: the client's address behind trusted proxies, and the pages that may call (CORS)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from services.gateway.adapters.http.headers import Header
from services.gateway.settings import Network

_EXPOSED = (
    b"Allow, Content-Language, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Traceparent, "
    b"WWW-Authenticate"
)
_ALLOWED = b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Traceparent"


class Proxies:
    """Who may say for whom it asks."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)
        self._cached = lru_cache(maxsize=4096)(self._is_trusted)

    def client(self, scope: dict[str, Any], noted: dict[bytes, bytes]) -> tuple[str, str]:
        """The client's address, and the scheme it used."""
        peer = scope["client"][0] if scope.get("client") else "unknown"
        scheme = scope.get("scheme", "http")
        if not self._trusted or not self._cached(peer):
            return peer, scheme
        if noted.get(b"x-forwarded-proto") in (b"http", b"https"):
            scheme = noted[b"x-forwarded-proto"].decode()
        for hop in reversed(noted.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
            address = hop.strip()
            if not _is_address(address):
                break
            peer = address
            if not self._cached(address):
                break
        return peer, scheme

    def _is_trusted(self, address: str) -> bool:
        if not _is_address(address):
            return False
        ip = ipaddress.ip_address(address)
        ip = getattr(ip, "ipv4_mapped", None) or ip  # a socket for both kinds tells IPv4 so
        return any(ip in network for network in self._trusted)


def _is_address(text: str) -> bool:
    """Without a zone: that is of the machine which says it, and any text at all."""
    if "%" in text:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Cors:
    """Cross-origin resource sharing (Fetch Standard, section 3.2). No cookies: a page sends its token itself."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._any = "*" in origins
        self._origins = frozenset(origin.encode() for origin in origins)

    def headers(self, origin: bytes | None) -> tuple[Header, ...]:
        """For an answer to a page of this origin."""
        if not self._origins:
            return ()
        vary = (b"vary", b"Origin")
        if origin is None or not (self._any or origin in self._origins):
            return (vary,)
        return (b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED), vary

    def preflight(self, scope: dict[str, Any], origin: bytes | None) -> tuple[Header, ...] | None:
        """The headers of the answer to a browser that asks first; None when it is not that, or not allowed."""
        if scope["method"] != "OPTIONS" or origin is None or not (self._any or origin in self._origins):
            return None
        if not any(name == b"access-control-request-method" for name, _ in scope["headers"]):
            return None
        return (
            *self.headers(origin),
            (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers"),
            (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
            (b"access-control-allow-headers", _ALLOWED),
            (b"access-control-max-age", b"3600"),
        )
