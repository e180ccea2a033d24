"""The front door of a service: what every request meets before Litestar, as plain ASGI."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from time import perf_counter
from typing import Any, TypeAlias
from uuid import UUID

from dishka import AsyncContainer
from litestar.types import ASGIApp
from opentelemetry.trace import SpanKind

from lms_adapters.sql.idempotency import Key
from lms_adapters.sql.uow import AMBIENT, Ambient
from lms_adapters.telemetry import metrics, tracing
from lms_adapters.web.auth import TokenVerifier
from lms_adapters.web.bodies import MAX_BODY
from lms_adapters.web.inject import CONTAINER
from lms_adapters.web.languages import Languages
from lms_adapters.web.problems import MEDIA_TYPE, document, headers_of, log_cause, status_of
from lms_core.domain.errors import Invalid, Refusal, TooLarge, Unauthenticated
from lms_core.domain.events import encode

Scope: TypeAlias = Any
"""ASGI's HTTP scope, as plain ASGI sees it."""

MAX_KEY = 128
_KEY = re.compile(rb"[!-~]{1,%d}" % MAX_KEY)
_KEPT_BY_NONE = (b"cache-control", b"no-store")
_NO_GUESSING = (b"x-content-type-options", b"nosniff")


class Door:
    """Trace, principal, idempotency key and metrics around a service's Litestar app."""

    def __init__(
        self, service: str, app: ASGIApp, container: AsyncContainer, verifier: TokenVerifier, languages: Languages
    ) -> None:
        self._service = service
        self._app = app
        self._container = container
        self._verifier = verifier
        self._languages = languages

    def __call__(self, scope: Scope, receive: Any, send: Any) -> Awaitable[None]:
        """ASGI 3."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        headers = dict(scope["headers"])
        told = headers.get(b"traceparent")
        parent = told.decode("latin-1") if told else None
        if tracing.recording():
            return self._recorded(scope, receive, send, headers, parent)
        return self._serve(scope, receive, send, headers, tracing.following(parent))

    async def _recorded(
        self, scope: Scope, receive: Any, send: Any, headers: dict[bytes, bytes], parent: str | None
    ) -> None:
        with tracing.span(f"{self._service} {scope['method']}", parent, kind=SpanKind.SERVER):
            await self._serve(scope, receive, send, headers, tracing.traceparent())

    async def _serve(
        self, scope: Scope, receive: Any, send: Any, headers: dict[bytes, bytes], traceparent: str
    ) -> None:
        began, status, method = perf_counter(), 500, scope["method"]
        here = b"traceparent", traceparent.encode()
        if method == "HEAD":
            send = _without_body(send)

        def answer(message: Any) -> Any:
            nonlocal status
            if message["type"] == "http.response.start":
                status, said = message["status"], message["headers"]
                message["headers"] = [*said, *_unless_said(said), here]
            return send(message)

        before = tracing.CARRIED.set(traceparent)
        CONTAINER.set(self._container)
        try:
            receive = await self._admit(scope, headers, receive)
        except Refusal as refusal:
            await self._refuse(scope, answer, refusal, headers.get(b"accept-language"))
        else:
            await self._app(scope, receive, answer)
        finally:
            tracing.CARRIED.reset(before)
        route = str(scope.get("path_template") or "-")
        metrics.request(self._service, method, route, status, perf_counter() - began)

    async def _admit(self, scope: Scope, headers: dict[bytes, bytes], receive: Any) -> Any:
        """Who is it, and was this asked before? Raises Invalid, TooLarge, Unavailable."""
        length = headers.get(b"content-length")
        if length is not None and (not length.isdigit() or len(length) > 18 or int(length) > MAX_BODY):
            raise TooLarge("at most {most} bytes", most=MAX_BODY)
        authorization = headers.get(b"authorization")
        actor: UUID | str = "anonymous"
        if authorization is not None:
            try:
                principal = scope["principal"] = await self._verifier.principal(authorization)
                actor = principal.id
            except Unauthenticated as denial:
                scope["principal"] = denial  # raised by whoever wants somebody
        key = headers.get(b"idempotency-key")
        if key is None or scope["method"] != "POST":
            AMBIENT.set(Ambient(actor))
            return receive
        if _KEY.fullmatch(key) is None:
            raise Invalid("Idempotency-Key is 1 to {most} visible ASCII characters", most=MAX_KEY)
        body = await _whole(receive)
        AMBIENT.set(Ambient(actor, Key.of(str(actor), f"POST {scope['path']}", key, body)))
        return _again(body, receive)

    async def _refuse(self, scope: Scope, send: Any, refusal: Refusal, accepted: bytes | None) -> None:
        """A refusal as a problem document, where there is no Litestar yet."""
        log_cause(refusal)
        language = self._languages.chosen(accepted.decode("latin-1") if accepted else None)
        headers = [(b"content-type", MEDIA_TYPE.encode())]
        headers += [(name.encode(), value.encode()) for name, value in headers_of(refusal, language).items()]
        body = encode(document(refusal, scope["path"], language))
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status_of(type(refusal)), "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _unless_said(headers: Any) -> tuple[tuple[bytes, bytes], ...]:
    """An answer is kept by no cache, and is nothing but what it says it is, unless it says otherwise itself."""
    said = dict(headers)
    if b"x-content-type-options" in said:
        return () if b"cache-control" in said else (_KEPT_BY_NONE,)
    return (_NO_GUESSING,) if b"cache-control" in said else (_KEPT_BY_NONE, _NO_GUESSING)


def _without_body(send: Any) -> Any:
    """The head is the whole answer: what would follow it is not sent, and not waited for (RFC 9110, section 9.3.2)."""
    ended = False

    async def head(message: Any) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
        elif not ended:
            ended = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return head


async def _whole(receive: Any) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Invalid("the request ended early")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise TooLarge("at most {most} bytes", most=MAX_BODY)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


def _again(body: bytes, receive: Any) -> Any:
    given = False

    async def replay() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
