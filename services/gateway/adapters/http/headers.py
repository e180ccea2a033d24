"""Which headers pass the gateway, and which it writes itself (RFC 9110, section 7.6; RFC 7239)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import msgspec

from lms_core.domain.errors import Invalid, Refusal

Header = tuple[bytes, bytes]
_HOP_BY_HOP: Final = (
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
)
_ONCE: Final = frozenset({b"host", b"authorization", b"content-length", b"origin", b"traceparent", b"tracestate"})
"""These are looked at, and may stand once."""
_REPLACED: Final = frozenset(
    {b"traceparent", b"tracestate", b"forwarded", b"x-forwarded", b"x-real-ip", b"via", b"expect"}
)
"""What the gateway says itself, or nobody."""
_REQUEST: Final = frozenset({*_HOP_BY_HOP, *_REPLACED})
_ANSWER: Final = frozenset({*_HOP_BY_HOP, b"date", b"server", b"traceparent"})
"""`date` and `server` are written by the gateway's own server, `traceparent` by the gateway."""
_ANSWER_WITHOUT_BODY: Final = _ANSWER | {b"content-length"}
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
_LONGEST_HOST = 253 + len(":65535")


class Incoming(msgspec.Struct, frozen=True):
    """A request's headers, sorted. With `gc=False` a raised fault, which leads back here, would never be collected."""

    passed: list[Header]
    noted: dict[bytes, bytes]
    """All by name, for those that the gateway looks at."""
    has_body: bool
    fault: Refusal | None


def sort(headers: Any) -> Incoming:
    """What goes on, and what is looked at."""
    noted, ends = dict(headers), _REQUEST
    fault = _gathered(noted, headers) if len(noted) != len(headers) else None
    if b"connection" in noted and (named := _named(noted[b"connection"]) - _ONCE):
        ends |= named
    passed = [pair for pair in headers if pair[0] not in ends and not pair[0].startswith(b"x-forwarded-")]
    has_body, length = b"transfer-encoding" in noted, noted.get(b"content-length")
    if length is not None:
        if not length.isdigit() or len(length) > 18:
            fault = fault or Invalid("content-length is a number")
        elif length.strip(b"0"):
            has_body = True
    return Incoming(passed, noted, has_body, fault)


def _gathered(noted: dict[bytes, bytes], headers: Any) -> Refusal | None:
    """Lines of one name are one list (RFC 9110, section 5.3); a fault, where they are of one that may stand once."""
    fault, lines = None, dict[bytes, list[bytes]]((name, []) for name in noted)
    for name, value in headers:
        lines[name].append(value)
    for name, values in lines.items():
        if len(values) > 1:
            noted[name] = b",".join(values)
            if name in _ONCE:
                fault = Invalid("{header} may stand once", header=name.decode())
    return fault


def _named(connection: bytes) -> frozenset[bytes]:
    """The fields that a Connection header makes hop-by-hop."""
    return frozenset(part.strip().lower() for part in connection.split(b",")) - {b"keep-alive", b"close", b"upgrade"}


@lru_cache(maxsize=4096)
def forwarded(address: str, host: bytes, scheme: str) -> tuple[Header, ...]:
    """Who asked whom, and how: what the service behind learns of the way here. Raises Invalid."""
    name = host.decode("latin-1")
    if name and (len(name) > _LONGEST_HOST or _HOST.fullmatch(name) is None):
        raise Invalid("the host is not one")
    node = f'"[{address}]"' if ":" in address else address
    quoted = f';host="{name}"' if name else ""
    return (
        (b"forwarded", f"for={node}{quoted};proto={scheme}".encode()),
        (b"x-forwarded-for", address.encode()),
        (b"x-forwarded-proto", scheme.encode()),
        *(((b"x-forwarded-host", host),) if name else ()),
    )


def answer(headers: Any, status: int) -> tuple[list[Header], bytes]:
    """An answer's headers without those that end here, and its media type. Names are in lower case, as ASGI has it."""
    named = dict(headers)
    ends = _ANSWER_WITHOUT_BODY if status in (204, 304) else _ANSWER
    if b"connection" in named:
        ends |= _named(b",".join(value for name, value in headers if name == b"connection"))
    media_type = named.get(b"content-type", b"")
    if len(named) == len(headers):
        named.pop(b"traceparent", None)  # all services of ours tell it, and as a rule nothing else that ends here
        if ends.isdisjoint(named):
            return list(named.items()), media_type
    return [header for header in headers if header[0] not in ends], media_type
