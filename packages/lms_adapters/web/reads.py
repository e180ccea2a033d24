"""The short way of reads: a GET whose parameters are plain goes from the door straight to its handler.

Litestar works each request out anew: route, connection, parameters, dependencies, response, for any handler there may
be. Ours are of one kind, so for GETs that is worked out once, when the service opens. The short way knows what goes
well: a path or parameter that it does not take is left to Litestar before anything has happened, and what a guard or
a handler raises is answered by the app's own exception handlers. See `docs/adr/0017-reads-are-compiled.md`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from dishka import AsyncContainer
from litestar import Litestar, Request
from litestar._kwargs.dependencies import DependencyContainer
from litestar._kwargs.extractors import create_query_default_dict
from litestar._kwargs.kwargs_model import KwargsModel
from litestar._parsers import parse_query_string
from litestar.enums import ParamType
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.serialization import get_serializer
from litestar.types import ASGIApp

from lms_adapters.web.answers import short_answer
from lms_adapters.web.auth import Requires, anyone
from lms_adapters.web.inject import at_once

Scope: TypeAlias = Any
"""ASGI's HTTP scope, as plain ASGI sees it."""
_HOST = re.compile(rb"[A-Za-z0-9.:\[\]_-]*")
_PATH_TYPES = (UUID, str)


class Reads:
    """ASGI 3: the short way where there is one, Litestar for everything else."""

    def __init__(self, app: Litestar, container: AsyncContainer) -> None:
        self._app: ASGIApp = app
        self._root = _Node()
        self._plain: dict[str, Read | None] = {}
        """By paths without parameters."""
        routes = [*app.routes]
        if app.before_send or app.after_exception or not all(isinstance(route, HTTPRoute) for route in routes):
            return
        for route in routes:
            node = self._root.below(route.path_components)
            if isinstance(route, HTTPRoute) and "GET" in route.route_handler_map:
                node.read = compiled(app, container, route)
                if not route.path_parameters:
                    self._plain[route.path] = node.read

    def __call__(self, scope: Scope, receive: Any, send: Any) -> Awaitable[None]:
        """The request is answered, one way or the other."""
        if scope["type"] == "http" and scope["method"] == "GET" and not scope["root_path"]:
            values: list[str] = []
            read = self._plain.get(scope["path"]) or self._root.find(scope["path"], values)
            if read is not None:
                arguments = read.parameters.read(scope, values)
                if arguments is not None:
                    return read.answer(scope, receive, send, arguments)
        return self._app(scope, receive, send)


class _Node:
    """A step of an app's paths, as Litestar walks them: a name goes before a parameter, and there is no way back."""

    __slots__ = ("named", "parameter", "read")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.read: Read | None = None

    def below(self, components: Sequence[Any]) -> _Node:
        """Where a route of these components ends; made as it is walked."""
        node = self
        for component in components:
            if isinstance(component, str):
                node = node.named.setdefault(component, _Node())
            else:
                node.parameter = node = node.parameter or _Node()
        return node

    def find(self, path: str, values: list[str]) -> Read | None:
        """What is read at a path, if that is known; `values` takes those of its parameters."""
        node = self
        if path == "/":
            return node.read
        for component in path[1:].split("/"):
            following = node.named.get(component)
            if following is None:
                if node.parameter is None or not component:
                    return None
                values.append(component)
                following = node.parameter
            node = following
        return node.read


class Read:
    """A handler of GETs, worked out."""

    def __init__(self, app: Litestar, container: AsyncContainer, route: HTTPRoute, parameters: _Parameters) -> None:
        self._app = app
        self._template = route.path_format
        handler, _ = route.route_handler_map["GET"]
        self._handler = handler
        self._call = at_once(handler.fn, container)
        self.parameters = parameters
        guards: list[Any] = handler.resolve_guards()
        self._permissions = tuple(
            guard for guard in guards if type(guard) is Requires
        )  # others have rules of their own
        self._guards = tuple(guard for guard in guards if type(guard) is not Requires and guard is not anyone)
        self._looks = bool(self._guards or parameters.request)
        self._refusals: Mapping[Any, Any] = handler.resolve_exception_handlers()
        self._plain = not (
            handler.background
            or any(layer.after_request for layer in handler.ownership_layers)
            or handler.resolve_response_headers()
            or handler.resolve_response_cookies()
            or handler.resolve_return_dto()
        )
        self._media_type, self._status = handler.media_type, handler.status_code
        self._serializer = get_serializer(handler.resolve_type_encoders())

    async def answer(self, scope: Scope, receive: Any, send: Any, arguments: dict[str, Any]) -> None:
        """Ask the handler, and send what it says."""
        scope["path_template"] = self._template
        try:
            for permission in self._permissions:
                permission.check(scope.get("principal"))
            if self._looks:
                request = self._request(scope, receive, send)
                for guard in self._guards:
                    await guard(request, self._handler)
                if self.parameters.request:
                    arguments["request"] = request
            for name, depends in self.parameters.dependencies:
                arguments[name] = depends(scope)
            result = await self._call(**arguments)
            sends: Any = None
            if self._plain:
                sends = short_answer(result, self._media_type, self._status, self._serializer)
            if sends is None:
                request = self._request(scope, receive, send)
                sends = await self._handler.to_response(app=self._app, data=result, request=request)
        except Exception as error:
            handle = next((self._refusals[kind] for kind in type(error).__mro__ if kind in self._refusals), None)
            if handle is None:
                raise
            request = self._request(scope, receive, send)
            sends = handle(request, error).to_asgi_response(app=None, request=request)
        await sends(scope, receive, send)

    def _request(self, scope: Scope, receive: Any, send: Any) -> Request[Any, Any, Any]:
        scope["app"] = scope["litestar_app"] = self._app
        scope["route_handler"] = self._handler
        scope.setdefault("path_params", {})
        return self._handler.resolve_request_class()(scope, receive, send)


class _Parameters:
    """How a handler's arguments are read from a request."""

    def __init__(self, handler: HTTPRouteHandler, model: KwargsModel, path: Sequence[Any]) -> None:
        types = handler.signature_model.__annotations__
        self.dependencies = tuple((d.key, d.provide.dependency) for d in _dependencies(model))
        self.request = "request" in handler.signature_model._fields
        self._path = tuple((p.name, types.get(p.name, p.type)) for p in path)
        self._query = tuple((p.field_alias, p.field_name, types[p.field_name]) for p in model.expected_query_params)
        self._headers = tuple(
            (p.field_alias.lower().encode("latin-1"), p.field_name, types[p.field_name])
            for p in model.expected_header_params
        )
        self._sequences = model.sequence_query_parameter_names
        self._taken = frozenset(p.field_name for p in model.expected_path_params)
        optional = [p for p in (*model.expected_query_params, *model.expected_header_params) if not p.is_required]
        self._defaults = {p.field_name: _converted(p.default, types[p.field_name]) for p in optional}
        self._count = len(self._query) + len(self._headers) + len(self._taken)

    def read(self, scope: Scope, values: list[str]) -> dict[str, Any] | None:
        """What the handler is called with, less what depends on the caller; None for what only Litestar can tell."""
        found = self._defaults.copy()
        try:
            if self._path:
                scope["path_params"] = in_path = {}
                for (name, kind), value in zip(self._path, values, strict=True):
                    in_path[name] = _converted(value, kind)
                    if name in self._taken:
                        found[name] = in_path[name]
            headers = dict(scope["headers"])
            twice = len(headers) != len(scope["headers"])
            if twice or _HOST.fullmatch(headers.get(b"host", b"")) is None:
                return None
            for field, name, kind in self._headers:
                if field in headers:
                    found[name] = _converted(headers[field].decode("latin-1"), kind)
            if self._query and scope["query_string"]:
                query = create_query_default_dict(parse_query_string(scope["query_string"]), self._sequences)
                for alias, name, kind in self._query:
                    if alias in query:
                        found[name] = _converted(query[alias], kind)
        except (msgspec.ValidationError, UnicodeError, LookupError):
            return None
        return found if len(found) == self._count else None


def _converted(value: Any, kind: Any) -> Any:
    return msgspec.convert(value, kind, strict=False, str_keys=True)


def _dependencies(model: KwargsModel) -> list[DependencyContainer]:
    return sorted((one for batch in model.dependency_batches for one in batch), key=lambda one: one.key)


def _of_scope(dependency: DependencyContainer) -> bool:
    """Whether it is a plain function of the scope, such as `me`."""
    provide = dependency.provide
    generates = provide.has_sync_generator_dependency or provide.has_async_generator_dependency
    plain = provide.has_sync_callable and not generates and not provide.use_cache and not dependency.dependencies
    return plain and provide.signature_model._fields.keys() == {"scope"}


def compiled(app: Litestar, container: AsyncContainer, route: HTTPRoute) -> Read | None:
    """A route's GET worked out; None when it has something that the short way does not know."""
    handler, model = route.route_handler_map["GET"]
    path = [component for component in route.path_components if not isinstance(component, str)]
    plain = (
        not handler.has_sync_callable
        and model.expected_reserved_kwargs & handler.signature_model._fields.keys() <= {"request"}
        and not (model.expected_cookie_params or model.expected_form_data or model.expected_msgpack_data)
        and not model.expected_data_dto
        and all(_of_scope(dependency) for dependency in _dependencies(model))
        and all(p.param_type is not ParamType.DEPENDENCY for p in model.expected_query_params)
        and all(parameter.type in _PATH_TYPES for parameter in path)
        and not (handler.cache or handler.resolve_before_request() or handler.resolve_after_response())
        and not handler.resolve_middleware()
        and all(isinstance(kind, type) for kind in handler.resolve_exception_handlers())
    )
    if not plain:
        return None
    try:
        return Read(app, container, route, _Parameters(handler, model, path))
    except (msgspec.ValidationError, TypeError):
        return None
