"""Answers without Litestar's generality: most are a document and two headers, and need neither cookies nor copies."""

from __future__ import annotations

from typing import Any, TypeVar

from litestar import Litestar, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.serialization import default_serializer, encode_json
from litestar.types import Guard

T = TypeVar("T")
_JSON = "application/json"
_BODYLESS = frozenset({204, 304})


class Answer(Response[T]):
    """A response that takes the short way to its bytes when it is a JSON document."""

    def __init__(self, content: T, *, headers: Any = None, status_code: int | None = None, **rest: Any) -> None:
        """As Litestar's."""
        media_type = rest.pop("media_type", None)
        if any(value for value in rest.values()):
            super().__init__(content, headers=headers, status_code=status_code, media_type=media_type, **rest)
            return
        self.content = content
        self.background = None
        self.cookies = []
        self.encoding = "utf-8"
        self.headers = dict(headers) if headers else {}
        self.media_type = media_type
        self.status_code = status_code
        self.response_type_encoders = {}

    def to_asgi_response(
        self,
        app: Any,
        request: Any,
        *,
        headers: Any = None,
        media_type: Any = None,
        status_code: int | None = None,
        **given: Any,
    ) -> Any:
        """As Litestar's."""
        media_type = self.media_type or media_type or _JSON
        status = self.status_code or status_code or 200
        if (
            media_type != _JSON
            or status in _BODYLESS
            or self.cookies
            or self.background
            or self.response_type_encoders
            or any(given.values())
        ):
            return super().to_asgi_response(
                app, request, media_type=media_type, status_code=status, headers=headers, **given
            )
        body = self.content if isinstance(self.content, bytes) else encode_json(self.content, default_serializer)
        merged = {**headers, **self.headers} if headers else self.headers
        sent = [(name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in merged.items()]
        sent.append((b"content-type", b"application/json"))
        sent.append((b"content-length", b"%d" % len(body)))
        return _Whole(status, sent, body)


class _Whole:
    """An answer in two messages."""

    __slots__ = ("_body", "_headers", "_status")

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self._status = status
        self._headers = headers
        self._body = body

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI 3."""
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


class _Asked:
    """A handler's guards, called as Litestar calls them, but for the copy of the handler that it makes for each."""

    def __init__(self, handler: BaseRouteHandler, guards: list[Guard]) -> None:
        self._handler = handler
        self._guards = guards

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for guard in self._guards:
            await guard(connection, self._handler)  # type: ignore[misc]


def guard_without_copies(app: Litestar) -> None:
    """Our guards do not change the handler they are given; the copies took a tenth of Litestar's time."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if guards := handler.resolve_guards():  # without any it is one that Litestar made, e.g. for OPTIONS
                handler.authorize_connection = _Asked(handler, guards)
