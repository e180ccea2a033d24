"""A service in another process, over HTTP/1.1 with kept connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from lms_core.domain.errors import Unavailable
from services.gateway.domain.routing import BadAnswer, ClientGone
from services.gateway.ports.routing import Upstream

KEPT_SECONDS = 30.0
"""How long an idle connection is kept: less than a service keeps it (75), or requests meet a closing one."""
CONNECT_SECONDS = 3.0
_WHOLE = 64 * 1024
"""Bodies up to this many bytes are passed on in one piece."""


def open_session() -> aiohttp.ClientSession:
    """The pool of connections of a gateway."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        max_line_size=64 * 1024,
        max_field_size=64 * 1024,
    )


class HttpUpstream(Upstream):
    """Forwards to a base URL; path and query go on byte for byte."""

    def __init__(self, session: aiohttp.ClientSession, base: str, name: str) -> None:
        self._session = session
        self._base = base.rstrip("/")
        self._name = name

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        target = self._base + scope["raw_path"].decode("ascii")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        headers = CIMultiDict([(_text(name), _text(value)) for name, value in scope["headers"]])
        try:
            answer = await self._session.request(
                scope["method"],
                URL(target, encoded=True),
                headers=headers,
                data=await _body(headers.get("content-length"), receive),
                allow_redirects=False,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable("{service} does not answer", service=self._name) from error
        except (aiohttp.ClientError, OSError) as error:
            raise BadAnswer from error
        try:
            await _pass_on(answer, scope["method"], send)
        except (aiohttp.ClientError, OSError) as error:
            raise BadAnswer from error
        finally:
            answer.close()  # the connection goes back to the pool if the answer is whole, else it is closed


async def _pass_on(answer: aiohttp.ClientResponse, method: str, send: Any) -> None:
    headers = [(name.lower(), value) for name, value in answer.raw_headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    length = answer.headers.get("content-length", "")
    if method == "HEAD" or answer.status in (204, 304):
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    elif length.isdigit() and int(length) <= _WHOLE:
        await send({"type": "http.response.body", "body": await answer.read(), "more_body": False})
    else:
        async for chunk in answer.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body(length: str | None, receive: Any) -> bytes | AsyncIterator[bytes] | None:
    """The request's body: nothing, one piece, or as it comes."""
    if length is not None and int(length) > _WHOLE:
        return _chunks(receive)
    if length is not None:
        return b"".join([chunk async for chunk in _chunks(receive)]) or None
    first = await receive()
    return _chunks(receive, first) if first.get("more_body") else first.get("body") or None


async def _chunks(receive: Any, first: Any = None) -> AsyncIterator[bytes]:
    message = first
    while True:
        message = message or await receive()
        if message["type"] != "http.request":
            raise ClientGone
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return
        message = None


def _text(header: bytes) -> str:
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")
