"""The hot path: from a request to a service's answer, as plain ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import quote

import structlog
from dishka import AsyncContainer
from litestar.types import ASGIApp
from opentelemetry.trace import SpanKind

from lms_adapters.telemetry import tracing
from lms_adapters.web.languages import Language, Languages
from lms_core.domain.errors import Refusal, TooLarge, Unavailable
from services.gateway.adapters.http import rate_limiting
from services.gateway.adapters.http.exchange import Exchange, Limits
from services.gateway.adapters.http.headers import Header, Incoming, forwarded, sort
from services.gateway.adapters.http.monitoring import Monitor
from services.gateway.adapters.http.origin import Cors, Proxies
from services.gateway.adapters.http.problems import crash, refuse
from services.gateway.domain.rate_limiting import LimitReached
from services.gateway.domain.routing import BrokenOff, ClientGone
from services.gateway.ports.discovery import Services
from services.gateway.usecases.authentication import Authenticate
from services.gateway.usecases.rate_limiting import Admit
from services.gateway.usecases.routing import FindRoute

OWN = frozenset(
    {
        *("/", "/live", "/pulse", "/traces", "/docs", "/docs/events", "/openapi.json", "/asyncapi.json"),
        *("/health/live", "/health/ready", "/metrics"),
    }
)
"""Paths that the gateway answers itself,"""
OWN_BELOW = ("/assets/", "/traces/")
"""and what begins like this."""
_CLIENT_CLOSED = 499
_ASGI = {"version": "3.0", "spec_version": "2.3"}
_log = structlog.get_logger("gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Route, principal, limits, forward."""

    find: FindRoute
    authenticate: Authenticate
    admit: Admit
    services: Services
    limits: Limits
    proxies: Proxies
    cors: Cors
    monitor: Monitor
    languages: Languages

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Coroutine[Any, Any, None]:
        """ASGI 3, for HTTP."""
        incoming = sort(scope["headers"])
        parent = incoming.noted.get(b"traceparent")
        text = parent.decode("latin-1") if parent is not None else None
        if tracing.recording():
            return self._recorded(scope, receive, send, incoming, text)
        return self._serve(scope, receive, send, incoming, tracing.following(text))

    async def _recorded(
        self, scope: dict[str, Any], receive: Any, send: Any, incoming: Incoming, parent: str | None
    ) -> None:
        with tracing.span(f"gateway {scope['method']}", parent, kind=SpanKind.SERVER):
            await self._serve(scope, receive, send, incoming, tracing.traceparent())

    async def _serve(
        self, scope: dict[str, Any], receive: Any, send: Any, incoming: Incoming, traceparent: str
    ) -> None:
        began, ended, status, route = perf_counter(), 0.0, 500, None
        method, noted, trace = scope["method"], incoming.noted, traceparent[3:35]
        here = b"traceparent", traceparent.encode()
        extra: list[Header] = [here, *self.cors.headers(noted.get(b"origin"))]
        try:
            if method == "OPTIONS" and (allowed := self.cors.preflight(scope, noted.get(b"origin"))) is not None:
                status = 204
                await _nothing(send, [here, *allowed])
                return
            raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
            route = await self.find(raw_path, scope["path"])
            if incoming.has_body or incoming.fault is not None:
                self._check(incoming)
            address, scheme = self.proxies.client(scope, noted)
            await self._admit(scope, noted.get(b"authorization"), address, extra)
            way = forwarded(address, noted.get(b"host", b""), scheme)
            exchange = Exchange(method, receive, send, self.limits, extra, has_body=incoming.has_body)
            upstream = self.services.upstream(route.service)
            onward = _scope(scope, raw_path, [*incoming.passed, *way, here])
            if b"tracestate" in noted:
                onward["headers"] += _state(noted, here)
            try:
                await exchange.run(upstream, onward)
            finally:
                status, ended = exchange.status, exchange.ended
        except ClientGone:
            status = _CLIENT_CLOSED
        except Refusal as refusal:
            if route is not None and isinstance(refusal, Unavailable):
                self.monitor.failure(route, refusal.code)
            status = await refuse(scope, send, refusal, trace, extra, self._language(scope))
        except BrokenOff as broken:
            if route is not None:
                self.monitor.failure(route, "broken-off")
            _log.warning("an answer broke off", trace_id=trace, upstream=route and route.service, why=str(broken))
            raise
        except Exception as error:  # noqa: BLE001 - the client gets an answer in any case
            _log.error("the gateway failed", trace_id=trace, exc_info=error)
            status = await crash(scope, send, trace, extra, self._language(scope))
        finally:
            self.monitor.request(method, route, status, began, ended, trace)

    def _language(self, scope: dict[str, Any]) -> Language:
        """The caller's."""
        accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
        return self.languages.chosen(accepted.decode("latin-1"))

    def _check(self, incoming: Incoming) -> None:
        """Raises Invalid, TooLarge."""
        if incoming.fault is not None:
            raise incoming.fault
        length = incoming.noted.get(b"content-length")
        if length is not None and int(length) > self.limits.body:
            raise TooLarge("at most {most} bytes", most=self.limits.body)

    async def _admit(
        self, scope: dict[str, Any], authorization: bytes | None, address: str, extra: list[Header]
    ) -> None:
        """Who asks, and may they now? Raises Unavailable, TooMany."""
        principal = await self.authenticate(authorization)
        try:
            person = principal.id if principal is not None else None
            standing = await self.admit(person, address, scope["method"], scope["path"])
        except LimitReached as reached:
            extra += rate_limiting.headers(reached.standing)
            raise
        if standing is not None:
            extra += rate_limiting.headers(standing)


def _scope(scope: dict[str, Any], raw_path: bytes, headers: list[Header]) -> dict[str, Any]:
    """The request as the service sees it. Who asked stands in `Forwarded`."""
    return {
        "type": "http",
        "asgi": _ASGI,
        "http_version": "1.1",
        "method": scope["method"],
        "scheme": "http",
        "path": scope["path"],
        "raw_path": raw_path,
        "query_string": scope["query_string"],
        "root_path": "",
        "headers": headers,
        "client": None,
        "server": None,
        "state": {},
    }


def _state(noted: dict[bytes, bytes], here: Header) -> Iterable[Header]:
    """The state of a trace goes on only with the trace (W3C Trace Context, section 3.3)."""
    if noted.get(b"traceparent", b"")[3:35] == here[1][3:35]:
        yield b"tracestate", noted[b"tracestate"]


async def _nothing(send: Any, headers: list[Header]) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


class Front:
    """Stands before the gateway's own app: own paths go there, all others to services."""

    def __init__(self, own: ASGIApp, container: AsyncContainer) -> None:
        self._own = own
        self._container = container
        self._proxy: Proxy | None = None

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """ASGI 3."""
        if scope["type"] != "http" or scope["path"] in OWN or scope["path"].startswith(OWN_BELOW):
            return self._own(scope, receive, send)
        if self._proxy is None:
            return self._first(scope, receive, send)
        return self._proxy(scope, receive, send)

    async def _first(self, scope: Any, receive: Any, send: Any) -> None:
        self._proxy = await self._container.get(Proxy)
        await self._proxy(scope, receive, send)
