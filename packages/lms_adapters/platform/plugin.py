"""From a manifest to a Litestar app: routes, guards, refusals, documentation, health and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, get_type_hints

from dishka import AsyncContainer, Scope
from dishka.entities.component import DEFAULT_COMPONENT
from dishka.entities.key import DependencyKey
from dishka.integrations.base import default_parse_dependency
from litestar import Controller, Request, Response, Router, get
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.events import BaseEventEmitterBackend
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins import InitPlugin
from litestar.response import Stream

from lms_adapters.platform import insight
from lms_adapters.platform.service import Descriptor, Service
from lms_adapters.sql.idempotency import KeyReused, Repeated
from lms_adapters.telemetry.metrics import exposition
from lms_adapters.web.answers import Answer
from lms_adapters.web.auth import Requires, anyone, me
from lms_adapters.web.messages import Asked
from lms_adapters.web.problems import MEDIA_TYPE, Problem, crashed, http_error, invalid_input, refused, status_of
from lms_core.domain.errors import (
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    PreconditionRequired,
    Refusal,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from lms_core.security.principal import Principal

API = "/api/v1"
_ALWAYS: tuple[type[Refusal], ...] = (Invalid, TooMany, Unavailable)
_REPEATABLE: tuple[type[Refusal], ...] = (KeyReused, Busy)
_CONDITIONAL: tuple[type[Refusal], ...] = (PreconditionRequired, Stale)
_SIGNED_IN: tuple[type[Refusal], ...] = (Unauthenticated, Forbidden)

Probe = Callable[[], Awaitable[dict[str, str]]]
"""What is not ready, and why; empty when all is well."""


class BadPlugin(TypeError):
    """A manifest or a handler that breaks a house rule; the message names it."""


def handlers(controller: type[Controller]) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """A controller's handlers by name."""
    for name, member in vars(controller).items():
        if isinstance(member, HTTPRouteHandler):
            yield name, member


def injected(handler: HTTPRouteHandler) -> list[type[Any]]:
    """What a handler gets from the container."""
    function = getattr(handler.fn, "__dishka_orig_func__", handler.fn)
    hints = get_type_hints(function, include_extras=True)
    found = [default_parse_dependency(None, hint) for hint in hints.values()]  # type: ignore[arg-type]
    return [key.type_hint for key in found if key is not None]


def permission_of(handler: HTTPRouteHandler) -> str | None:
    """The permission a handler states; None when it is open to anyone. Raises BadPlugin when it states nothing."""
    for guard in handler.guards or ():
        if isinstance(guard, Requires):
            return guard.permission
        if guard is anyone:
            return None
    raise BadPlugin(f"{handler.fn.__qualname__} states no guard: requires(…) or anyone")


class AlreadyDone(Conflict, code="already-done"):
    """The first request with this Idempotency-Key was carried out; this endpoint has nothing to repeat."""


def _done_already(request: Request[Any, Any, Any], error: Repeated) -> Response[Any]:
    return refused(request, AlreadyDone())


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
                self._document(controller, name, handler)
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
        app_config.request_class = Asked
        app_config.signature_types = [*app_config.signature_types, Principal]
        app_config.openapi_config = OpenAPIConfig(
            title=service.name,
            version=self._version,
            description=service.summary,
            components=Components(
                security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
            ),
            openapi_router=Router("/internal/openapi", route_handlers=[], include_in_schema=False),
            render_plugins=[JsonRenderPlugin()],  # Litestar's pages would run scripts of strangers
        )
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

    def _document(self, controller: type[Controller], name: str, handler: HTTPRouteHandler) -> None:
        use_case = next((t for t in injected(handler) if hasattr(t, "raises")), None)
        words = (use_case.__doc__ if use_case else handler.fn.__doc__) or name
        summary, _, rest = words.strip().partition("\n")
        handler.summary = summary.rstrip(".")
        handler.description = " ".join(line.strip() for line in rest.strip().splitlines()) or None
        handler.operation_id = f"{self._service.name}.{name}"
        handler.tags = [f"{self._service.name}: {controller.__module__.rpartition('.')[2].replace('_', ' ')}"]
        signed_in = permission_of(handler) is not None
        if signed_in:
            handler.security = [{"bearer": []}]
        kinds = {*_ALWAYS, *(getattr(use_case, "raises", ()))}
        kinds |= set(_SIGNED_IN) if signed_in else set()
        kinds |= {TooLarge} if handler.http_methods & {"POST", "PUT", "PATCH"} else set()
        kinds |= set(_REPEATABLE) if "POST" in handler.http_methods else set()
        kinds |= set(_CONDITIONAL) if "if_match" in get_type_hints(handler.fn) else set()
        by_status: dict[int, list[type[Refusal]]] = {}
        for kind in sorted(kinds, key=lambda k: k.code):
            by_status.setdefault(status_of(kind), []).append(kind)
        handler.responses = {
            status: ResponseSpec(
                Problem,
                generate_examples=False,
                description="; ".join(f"{k.title()} (`/problems/{k.code}`)" for k in by_status[status]),
                media_type=MEDIA_TYPE,
            )
            for status in sorted(by_status)
        }

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

        @get("/internal/descriptor", include_in_schema=False, sync_to_thread=False)
        def describe(request: Request[Any, Any, Any]) -> Descriptor:
            return Descriptor(
                name=self._service.name,
                summary=self._service.summary,
                version=self._version,
                routes=self._service.routes,
                roots=self._service.roots,
                openapi=request.app.openapi_schema.to_schema(),
                asyncapi=self._asyncapi,
            )

        return [live, ready, metrics, describe, *insight.handlers(self._inside)]
