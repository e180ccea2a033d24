"""From a manifest to a Litestar app: routes, guards, refusals, documentation, health and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, get_type_hints

from dishka import AsyncContainer, Scope
from dishka.entities.component import DEFAULT_COMPONENT
from dishka.entities.key import DependencyKey
from litestar import Litestar, Request, Response, Router, get
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.events import BaseEventEmitterBackend
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.plugins import InitPlugin
from litestar.response import Stream

from lms_adapters.platform import insight
from lms_adapters.platform.documents.openapi import openapi
from lms_adapters.platform.handlers import BadPlugin, handlers, injected, permission_of
from lms_adapters.platform.service import Descriptor, Service
from lms_adapters.sql.idempotency import AlreadyDone, Repeated
from lms_adapters.telemetry.metrics import exposition
from lms_adapters.web.answers import Answer
from lms_adapters.web.auth import me
from lms_adapters.web.bodies import StrictRequest
from lms_adapters.web.problems import crashed, http_error, invalid_input, refused
from lms_core.domain.errors import Refusal
from lms_core.security.principal import Principal

API = "/api/v1"
Probe = Callable[[], Awaitable[dict[str, str]]]
"""What is not ready, and why; empty when all is well."""


def _done_already(request: Request[Any, Any, Any], error: Repeated) -> Response[Any]:
    return refused(request, AlreadyDone())


def _as_head_too(handler: HTTPRouteHandler) -> None:
    """What can be read answers HEAD as well: the same head without a body (RFC 9110, section 9.3.2)."""
    if "GET" in handler.http_methods:
        handler.http_methods.add("HEAD")


def _key(dependency: type[Any]) -> DependencyKey:
    return DependencyKey(dependency, DEFAULT_COMPONENT)


class NoEmitter(BaseEventEmitterBackend):
    """Litestar's own events are not used: ours are in the outbox. (The default one ties the app's life to one task.)"""

    async def __aenter__(self) -> NoEmitter:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to end."""

    def emit(self, event_id: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class ServicePlugin(InitPlugin):
    """Turns a manifest into routes, and writes their documentation from the use cases."""

    def __init__(
        self,
        service: Service,
        container: AsyncContainer,
        version: str,
        probe: Probe,
        asyncapi: dict[str, Any],
        inside: insight.Insight,
    ):
        self._service = service
        self._container = container
        self._version = version
        self._probe = probe
        self._asyncapi = asyncapi
        self._inside = inside

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Litestar's hook."""
        service = self._service
        for controller in (*service.controllers, *service.root_controllers):
            for name, handler in handlers(controller):
                self._check(handler)
                handler.operation_id = f"{service.name}.{name}"
                _as_head_too(handler)
        app_config.route_handlers += [
            Router(API, route_handlers=list(service.controllers)),
            *service.root_controllers,
            *self._own_handlers(),
        ]
        app_config.dependencies["me"] = Provide(me, sync_to_thread=False)
        app_config.exception_handlers = {
            Refusal: refused,
            Repeated: _done_already,
            ValidationException: invalid_input,
            HTTPException: http_error,
            Exception: crashed,
        }
        app_config.event_emitter_backend = NoEmitter
        app_config.response_class = Answer
        app_config.request_class = StrictRequest
        app_config.signature_types = [*app_config.signature_types, Principal]
        app_config.openapi_config = None
        return app_config

    def _check(self, handler: HTTPRouteHandler) -> None:
        permission_of(handler)
        returns = get_type_hints(handler.fn).get("return")
        if not (isinstance(returns, type) and issubclass(returns, Stream)):
            return
        for dependency in injected(handler):
            factory = self._container.registry.get_factory(_key(dependency))
            if factory is None or factory.scope is not Scope.APP:
                raise BadPlugin(
                    f"{handler.fn.__qualname__} streams and injects {dependency.__name__}, not of APP scope"
                )

    def _own_handlers(self) -> list[Any]:
        @get("/health/live", include_in_schema=False, sync_to_thread=False)
        def live() -> dict[str, str]:
            return {"status": "ok"}

        @get("/health/ready", include_in_schema=False)
        async def ready() -> Response[dict[str, Any]]:
            faults = await self._probe()
            body = {"status": "unavailable" if faults else "ok", **({"faults": faults} if faults else {})}
            return Response(body, status_code=503 if faults else 200, headers={"cache-control": "no-store"})

        @get("/metrics", include_in_schema=False, sync_to_thread=False)
        def metrics() -> Response[bytes]:
            body, media_type = exposition()
            return Response(body, media_type=media_type.partition("; charset")[0])  # Litestar says it again

        @cache
        def description(app: Litestar) -> Descriptor:
            return Descriptor(
                name=self._service.name,
                summary=self._service.summary,
                version=self._version,
                routes=self._service.routes,
                roots=self._service.roots,
                openapi=openapi(self._service, self._version, app),
                asyncapi=self._asyncapi,
            )

        @get("/internal/descriptor", include_in_schema=False, sync_to_thread=False)
        def describe(request: Request[Any, Any, Any]) -> Descriptor:
            return description(request.app)

        own = [live, ready, metrics, describe, *insight.handlers(self._inside)]
        for handler in own:
            _as_head_too(handler)
        return own
