"""Answers without Litestar's generality: most are a document and two headers, and need neither cookies nor copies."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from litestar import Litestar, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute
from litestar.serialization import default_serializer, encode_json
from litestar.types import Guard, Serializer

P = ParamSpec("P")
T = TypeVar("T")
_JSON = "application/json"
_JSON_HEADER = (b"content-type", b"application/json")
_BODYLESS = frozenset({204, 304})
_NO_HEADERS: dict[str, str] = {}
_MADE_AT = "lms_made_at"


class Answer(Response[T]):
    """A response that takes the short way to its bytes when it is a JSON document."""

    def __init__(self, content: T, *, headers: Any = None, status_code: int | None = None, **rest: Any) -> None:
        """As Litestar's."""
        media_type = rest.pop("media_type", None)
        if rest and any(rest.values()):
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
        if headers or any(given.values()):
            short = None
        else:
            short = short_answer(self, media_type, status_code or 200)
        return short or super().to_asgi_response(
            app, request, media_type=media_type or _JSON, status_code=status_code, headers=headers, **given
        )


class Encoded(Answer[bytes]):
    """A JSON document that is ready to be sent."""

    background = media_type = status_code = None
    cookies: Sequence[Cookie] = ()  # type: ignore[assignment]  # of all answers: nobody can add to them
    response_type_encoders: Mapping[Any, Serializer] = MappingProxyType({})  # type: ignore[assignment]
    encoding = "utf-8"

    def __init__(self, content: bytes, *headers: tuple[bytes, bytes]) -> None:
        """Its bytes, and what its head says beside their type and length."""
        self.content = content
        self.sent = [*headers, _JSON_HEADER, (b"content-length", b"%d" % len(content))]

    @property
    def headers(self) -> Mapping[str, str]:  # type: ignore[override]
        """For Litestar, where it has more to say. Nobody can add to them: it would be lost on the short way."""
        return MappingProxyType({name.decode(): value.decode("latin-1") for name, value in self.sent[:-2]})


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


def short_answer(
    result: Any, media_type: Any, status_code: int, serializer: Serializer = default_serializer
) -> _Whole | None:
    """What a handler returned, as JSON and a few headers; None when that is not all there is to it.

    `media_type` and `status_code` are the handler's, for a result that does not say.
    """
    kind, content, headers = type(result), result, _NO_HEADERS
    if kind is Encoded:
        return _Whole(status_code, result.sent, result.content)
    if kind is Answer or kind is Response:
        if result.cookies or result.background or result.response_type_encoders:
            return None
        media_type, status_code = result.media_type or media_type, result.status_code or status_code
        content, headers = result.content, result.headers
    elif isinstance(result, Response):
        return None
    if (media_type or _JSON) != _JSON:
        return None
    sent = [(_name(name), str(value).encode("latin-1")) for name, value in headers.items()]
    if status_code in _BODYLESS:
        return _Whole(status_code, sent, b"") if content is None else None
    body = content if isinstance(content, bytes) else encode_json(content, serializer)
    sent.append(_JSON_HEADER)
    sent.append((b"content-length", b"%d" % len(body)))
    return _Whole(status_code, sent, body)


@functools.lru_cache(maxsize=256)
def _name(header: str) -> bytes:
    return header.lower().encode("latin-1")


def made_at(collection: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Tell in `Location` where to find what was made: `@made_at("/api/v1/courses")`, above `@repeatable`."""

    def decorate(handler: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @functools.wraps(handler)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            made: Any = await handler(*args, **kwargs)
            told: Any = Answer(made, headers={"location": f"{collection}/{made.id}"})
            return told  # type: ignore[no-any-return]

        setattr(answer, _MADE_AT, collection)
        return answer

    return decorate


def tells_where(handler: Callable[..., Any]) -> bool:
    """Whether its answer has a `Location`."""
    return hasattr(handler, _MADE_AT)


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


def name_every_method(app: Litestar) -> None:
    """What Litestar answers to OPTIONS names the methods of a path's first handler only; here all are known."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            made, parameters = route.route_handler_map["OPTIONS"]
            if not made.resolve_guards():
                anew = route.create_options_handler(route.path)
                anew.owner = made.owner
                anew.on_registration(app)
                route.route_handler_map["OPTIONS"] = anew, parameters
