"""What there is to say of an endpoint, taken from its route, its handler and its use case."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from litestar import Litestar, Response
from litestar.constants import RESERVED_KWARGS
from litestar.enums import ParamType
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.response import Stream
from litestar.routes import HTTPRoute

from lms_adapters.platform.handlers import injected, permission_of
from lms_adapters.platform.service import Service
from lms_adapters.sql.idempotency import AlreadyDone, KeyReused
from lms_adapters.web.answers import tells_where
from lms_adapters.web.inject import is_repeatable, refusals_again
from lms_adapters.web.problems import status_of
from lms_core.domain.errors import (
    Busy,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    Refusal,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    WrongMedia,
)

_ALWAYS: tuple[type[Refusal], ...] = (Invalid, Unauthenticated, TooMany, Unavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What may come in the path, the query or a header."""

    name: str
    where: str
    """`path`, `query`, `header` or `cookie`."""
    type: Any
    required: bool
    default: Any
    """None without one."""
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation."""

    id: str
    path: str
    method: str
    """`get`, `post`, …"""
    summary: str
    description: str
    tag: str
    about: str
    """What the tag's capability is."""
    permission: str | None
    parameters: list[Parameter]
    documented: list[dict[str, Any]]
    """Parameters that the handler reads, and documents, by itself: a collection's."""
    body: Any
    """The type of the request's body; None without one."""
    body_required: bool
    status: int
    """Of an answer that is no refusal."""
    tells_where: bool
    """The answer has a `Location`."""
    answer: Any
    """The type of the answer; None without a body."""
    streams: bool
    """The answer is a stream of events."""
    event: Any
    """The type of each event's data, where the handler tells it: `@get(sends=MessageView)`."""
    refusals: dict[int, list[type[Refusal]]]

    def takes(self, name: str) -> bool:
        """Is there a parameter of this name?"""
        return name in {*(parameter.name for parameter in self.parameters), *(one["name"] for one in self.documented)}


def endpoints(service: Service, app: Litestar) -> Iterator[Endpoint]:
    """Every endpoint of a service that is meant for others."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.operation_id is not None and handler.resolve_include_in_schema():
                    for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"}):
                        yield _endpoint(service, route, handler, str(method))


def _endpoint(service: Service, route: HTTPRoute, handler: HTTPRouteHandler, method: str) -> Endpoint:
    hints = get_type_hints(handler.fn, include_extras=True)
    use_case: Any = next((kind for kind in injected(handler) if hasattr(kind, "raises")), None)
    summary, _, rest = ((use_case or handler.fn).__doc__ or str(handler.operation_id)).strip().partition("\n")
    text, permission = " ".join(rest.split()), permission_of(handler)
    word = handler.fn.__module__.rpartition(".")[2]
    returns = _bare(hints.get("return"))
    streams = isinstance(returns, type) and issubclass(returns, Stream)
    parameters = list(_parameters(route, handler))
    body, body_required = _body(hints.get("data"))
    return Endpoint(
        id=str(handler.operation_id),
        path=route.path_format,
        method=method.lower(),
        summary=summary.rstrip("."),
        description=f"{text} Needs the permission `{permission}`.".strip() if permission else text,
        tag=f"{service.name}: {word.replace('_', ' ')}",
        about=_about(service, word),
        permission=permission,
        parameters=parameters,
        documented=[parameter.to_schema() for parameter in handler.operation_class().parameters or ()],
        body=body,
        body_required=body_required,
        status=handler.status_code,
        tells_where=tells_where(handler.fn),
        answer=None if streams or returns is type(None) else returns,
        streams=streams,
        event=handler.opt.get("sends"),
        refusals=_by_status(
            [
                *_kinds(method, handler, parameters),
                *getattr(use_case, "raises", ()),
                *([Forbidden] if permission else []),
            ]
        ),
    )


def _body(hint: Any) -> tuple[Any, bool]:
    """The type of a body, and whether there must be one: not where the handler takes None for it."""
    whole = _bare(hint)
    parts = [part for part in get_args(whole) if part is not type(None)]
    return (parts[0], False) if isinstance(whole, UnionType) and len(parts) == 1 else (whole, whole is not None)


def _bare(hint: Any) -> Any:
    """A type without what is only for Litestar: `JSONBody[T]` and `Response[T]` are `T`."""
    if get_origin(hint) is Annotated:
        inner, *remarks = get_args(hint)
        return hint if any(isinstance(remark, msgspec.Meta) for remark in remarks) else _bare(inner)
    origin = get_origin(hint)
    if isinstance(origin, type) and issubclass(origin, Response):
        return _bare(get_args(hint)[0])
    return hint


def _parameters(route: HTTPRoute, handler: HTTPRouteHandler) -> Iterator[Parameter]:
    """What Litestar reads from the request, with the types that it checks."""
    checked = handler.signature_model.__annotations__
    for name, field in handler.parsed_fn_signature.parameters.items():
        if name in RESERVED_KWARGS or field.is_di_field or name in handler.resolve_dependencies():
            continue
        told = field.kwarg_definition if isinstance(field.kwarg_definition, ParameterKwarg) else None
        where = ParamType.PATH if name in route.path_parameters else told.param_type if told else ParamType.QUERY
        default = field.default if field.has_default else None
        yield Parameter(
            name=(told and told.name) or name,
            where=where.value,
            type=checked[name],
            required=where is ParamType.PATH or (field.is_required and not field.is_optional),
            default=default,
            description=(told and told.description) or "",
        )


def _about(service: Service, word: str) -> str:
    """What a capability is: its domain says so, else its use cases."""
    for room in ("domain", "usecases"):
        try:
            module = importlib.import_module(f"{service.package}.{room}.{word}")
        except ModuleNotFoundError:
            continue
        if module.__doc__:
            return module.__doc__.strip().splitlines()[0]
    return service.summary


def _kinds(method: str, handler: HTTPRouteHandler, parameters: Iterable[Parameter]) -> Iterator[type[Refusal]]:
    """What the platform refuses before it asks the use case."""
    yield from _ALWAYS
    if any(parameter.where == "path" for parameter in parameters):
        yield NotFound
    if method in ("POST", "PUT", "PATCH"):
        yield TooLarge
        if handler.parsed_data_field is not None:
            yield WrongMedia
    if method == "POST":
        yield from (KeyReused, Busy, *refusals_again(handler.fn))
        if not is_repeatable(handler.fn):
            yield AlreadyDone
    if any(parameter.name == "If-Match" for parameter in parameters):
        yield from (PreconditionRequired, Stale)


def _by_status(kinds: Iterable[type[Refusal]]) -> dict[int, list[type[Refusal]]]:
    named = {kind.code: kind for kind in sorted(kinds, key=lambda kind: -len(kind.__mro__))}  # who brought the code in
    found: dict[int, list[type[Refusal]]] = {}
    for kind in sorted(named.values(), key=lambda kind: kind.code):
        found.setdefault(status_of(kind), []).append(kind)
    return dict(sorted(found.items()))
