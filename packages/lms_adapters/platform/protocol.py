"""HTTP/1.1 as uvicorn speaks it, with bounds that uvicorn leaves open: how long a request may take to arrive, and how
large its head may be.

And one HTTP only: who asks for another protocol (`Upgrade`) is answered as if they had not (RFC 9110, section 7.8).
The parser takes what follows such a head for that protocol, and uvicorn leaves it there: a body would be lost, or read
as the next request.
"""

from __future__ import annotations

import asyncio
import sys
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from lms_adapters.web.problems import MEDIA_TYPE
from lms_core.domain.events import encode

MAX_HEAD = 64 * 1024
"""Bytes of the request line and the headers; more are 431."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection. Whoever is slower than `seconds`, or says more than MAX_HEAD before the body, is let go of."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        seconds: float,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._head = 0
        """Bytes of a head that is not whole yet; -1 while a body arrives."""
        self._whole = False
        """The last request that began has arrived."""
        self._given = self._left = b""
        """What the parser was given last, and what it is to be given next."""

    # what uvicorn calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head >= 0:
            self._head += len(data)
        self._left = data
        while self._left:
            self._given, self._left = self._left, b""
            super().data_received(self._given)
        if self.transport.is_closing():
            return
        if self._head > MAX_HEAD:
            self._refuse(431, "the head of a request is too large")
        elif self._timer is None and (not self._whole or self._idle()):
            self._wait()

    def _unsupported_upgrade_warning(self) -> None:
        """Called where the parser has stopped behind a head with an upgrade: the same head without it is read anew."""
        if self.parser.get_method() == b"CONNECT":
            self.send_400_response("")
            return
        error = sys.exception()
        assert isinstance(error, httptools.HttpParserUpgrade)
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self._left = b"\r\n".join([*lines, b"", self._given[error.args[0] :]])
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does

    # what the parser calls

    def on_message_begin(self) -> None:
        self._whole = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head >= 0:  # a trailer is no header: it would come after who asks was known
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        self._head = -1

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._head, self._whole = 0, True
        self._arrived()
        super().on_message_complete()

    # the bounds

    def _idle(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        return cycle is None or bool(cycle.response_complete)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self._seconds, self._late)

    def _arrived(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        if self.flow.read_paused:  # we are the slow ones
            self._wait()
        else:
            self._timer = None
            self._refuse(408, f"a request arrives within {self._seconds:g} seconds")

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "this is no HTTP request, or one that two readers may read in two ways")

    def _refuse(self, status: int, detail: str) -> None:
        """Answer if that is possible still, and hang up."""
        ours = self._idle() if self._head >= 0 else not (self.cycle.response_started or self.pipeline)
        if ours and (self._head or status != 408):
            title = HTTPStatus(status).phrase
            body = encode({"type": f"/problems/http/{status}", "title": title, "status": status, "detail": detail})
            head = f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + head.encode() + body)
        self.transport.close()
