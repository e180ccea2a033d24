"""Which headers pass the gateway, and which it writes itself (RFC 9110, section 7.6; RFC 7239)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

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
_DROP, _NOTE, _KEEP = object(), object(), object()
_REQUEST: Final[dict[bytes, object]] = {
    **dict.fromkeys((*_HOP_BY_HOP, b"expect", b"x-real-ip", b"x-forwarded", b"via"), _DROP),
    # may stand once, and is looked at; what follows KEEP goes on as well
    **dict.fromkeys((b"traceparent", b"tracestate"), _NOTE),
    **dict.fromkeys((b"host", b"authorization", b"content-length", b"origin"), _KEEP),
}
_ANSWER: Final = frozenset({*_HOP_BY_HOP, b"date", b"server", b"traceparent"})
"""`date` and `server` are written by the gateway's own server, `traceparent` by the gateway."""
_ANSWER_WITHOUT_BODY: Final = _ANSWER | {b"content-length"}
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
_LONGEST_HOST = 253 + len(":65535")


class Incoming(NamedTuple):
    """A request's headers, sorted."""

    passed: list[Header]
    noted: dict[bytes, bytes]
    """Those that the gateway looks at, and `x-forwarded-for` and `-proto` as they came."""
    has_body: bool
    fault: Refusal | None


def sort(headers: Any) -> Incoming:
    """One walk over a request's headers."""
    passed: list[Header] = []
    noted: dict[bytes, bytes] = {}
    connection: list[bytes] = []
    has_body, fault = False, None
    meant = _REQUEST.get
    for pair in headers:
        name = pair[0]
        what = meant(name)
        if what is None:
            if name.startswith(b"x-forwarded-"):
                noted[name] = noted[name] + b"," + pair[1] if name in noted else pair[1]
            elif name != b"forwarded":
                passed.append(pair)
        elif what is _DROP:
            if name == b"connection":
                connection.append(pair[1])
            elif name == b"transfer-encoding":
                has_body = True
        else:
            if name in noted:
                fault = Invalid("{header} may stand once", header=name.decode())
            noted[name] = pair[1]
            if what is _KEEP:
                passed.append(pair)
    if connection:
        named = _named(b",".join(connection))
        if named:
            passed = [pair for pair in passed if pair[0] not in named or meant(pair[0]) is _KEEP]
    length = noted.get(b"content-length")
    if length is not None:
        if not length.isdigit() or len(length) > 18:
            fault = Invalid("content-length is a number")
        elif length.strip(b"0"):
            has_body = True
    return Incoming(passed, noted, has_body, fault)


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


def answer(headers: Any, status: int) -> list[Header]:
    """An answer's headers, without those that end here. Names come in lower case, as ASGI has it."""
    ends = _ANSWER_WITHOUT_BODY if status in (204, 304) else _ANSWER
    if b"connection" in dict(headers):
        ends |= _named(b",".join(value for name, value in headers if name == b"connection"))
    return [header for header in headers if header[0] not in ends]
