"""Problem details (RFC 9457): one shape for every refusal and every fault, with the trace id, never a stack trace."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException

from lms_adapters.telemetry import tracing
from lms_adapters.web.languages import ENGLISH, Language, Languages
from lms_adapters.web.plain import plain
from lms_core.domain.errors import (
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotYet,
    PreconditionRequired,
    Refusal,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    Waiting,
    WrongMedia,
    in_full,
)

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[Refusal], int] = {
    Unprocessable: 422,
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotYet: 404,
    NotFound: 404,
    Busy: 409,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    WrongMedia: 415,
    PreconditionRequired: 428,
    TooMany: 429,
    Unavailable: 503,
}
"""A kind of refusal as a status; a subclass has its kind's."""

INTERNAL, CRASHED = "internal", "Something went wrong on our side"
"""The code and title of what is no refusal but our fault."""
_log = structlog.get_logger("web")
_SECURITY_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def status_of(kind: type[Refusal]) -> int:
    """The status of a refusal's kind; 400 for one that is of no kind."""
    for base in kind.__mro__:
        if base in STATUS:
            return STATUS[base]
    return 400


class Fault(msgspec.Struct, kw_only=True):
    """One thing that is wrong with a request; what its detail names stands beside it, such as `least` and `most`."""

    pointer: str
    """A JSON pointer (RFC 6901) into the body, or to the parameter or header of that name: `#/modules/0/title`."""
    detail: str
    """What is wrong, for the person who filled in the field."""


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The members of every problem document; a refusal may add facts of its own beside them."""

    type: str
    """Stable, for programs: `/problems/course/full`."""
    title: str
    """The same for every problem of the type."""
    status: int
    detail: str = ""
    """What happened this time."""
    instance: str = ""
    """The path that was asked for."""
    trace_id: str = ""
    """Quote it in a report: it finds the logs."""
    errors: list[Fault] = []
    """What is wrong with the input, place by place."""


def document(refusal: Refusal, instance: str, language: Language = ENGLISH) -> dict[str, Any]:
    """A refusal as a problem document; a detail that the language has no words for is left out of it."""
    problem: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": language.title(refusal.code, refusal.title()),
        "status": status_of(type(refusal)),
        "instance": instance,
        "trace_id": tracing.trace_id(),
    }
    if refusal.detail and (detail := language.sentence(refusal.detail, refusal.named)):
        problem["detail"] = detail
    for name, fact in refusal.facts.items():
        problem.setdefault(name, fact)
    if "errors" in problem:
        problem["errors"] = [language.fault(fault) for fault in problem["errors"]]
    return problem


def log_cause(refusal: Refusal, **known: str) -> None:
    """What was behind an answer of 503, for operators: the answer does not say it."""
    if isinstance(refusal, Unavailable):
        _log.warning("unavailable", why=in_full(refusal), **known)


def headers_of(refusal: Refusal, language: Language = ENGLISH) -> dict[str, str]:
    """Retry-After for what time may cure, WWW-Authenticate where a token is wanted (RFC 9110, section 11.6.1)."""
    headers = _headers(language)
    if isinstance(refusal, Waiting):
        headers["retry-after"] = str(max(1, math.ceil(refusal.after.total_seconds())))
    if isinstance(refusal, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return headers


def _headers(language: Language) -> dict[str, str]:
    return _SECURITY_HEADERS | {"content-language": language.tag, "vary": "Accept-Language"}


_KERNEL = Languages()


def _language(request: Request[Any, Any, Any]) -> Language:
    """The caller's, of those that the app's state has."""
    languages: Languages = request.app.state.get("languages", _KERNEL)
    return languages.chosen(request.headers.get("accept-language"))


def refused(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """Litestar's handler for refusals."""
    log_cause(refusal)
    language = _language(request)
    return Response(
        document(refusal, request.url.path, language),
        status_code=status_of(type(refusal)),
        media_type=MEDIA_TYPE,
        headers=headers_of(refusal, language),
    )


_FIELD = re.compile(r"(?:unknown|required) field `(?P<field>[^`]*)`$")


def fault(where: str, message: str) -> dict[str, Any]:
    """A fault in plain words at a msgspec path (`topics[1].title`; empty for the whole body), as a JSON pointer.

    A field that is missing, or that is not known, is pointed at itself, not at the object around it.
    """
    steps = [step for step in re.split(r"[.\[\]]+", where) if step]
    if field := _FIELD.search(message):
        steps.append(field["field"])
    pointer = "/".join(["#", *(step.replace("~", "~0").replace("/", "~1") for step in steps)])
    sentence, facts = plain(message)
    return {"pointer": pointer, "detail": sentence, **facts}


def _body_fault(where: str, message: str) -> dict[str, Any]:
    """Litestar calls the body `data`; without one its only word is that name."""
    if where != "data":
        return fault(where, message)
    return fault("", "a JSON body is required" if message == "'data'" else message)


def _said_as(request: Request[Any, Any, Any], name: str) -> str:
    """A parameter of the handler, as the caller knows it: `Last-Event-ID`."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get(name)
    return getattr(parameter and parameter.kwarg_definition, "name", None) or name


def invalid_input(request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    """What Litestar and msgspec found wrong with the request."""
    extra = error.extra if isinstance(error.extra, list) else []
    faults = [
        _body_fault(e.get("key", ""), e.get("message", ""))
        if e.get("source") == "body"
        else fault(_said_as(request, e.get("key", "")), e.get("message", ""))
        for e in extra
        if isinstance(e, dict)
    ]
    if not faults:
        faults = [fault("", error.detail)]
    return refused(request, Invalid(errors=tuple(faults)))


_HTTP_KINDS: dict[int, type[Refusal]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    413: TooLarge,
}


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Litestar's own answers, in our shape."""
    kind = _HTTP_KINDS.get(error.status_code)
    if isinstance(error, NotFoundException):
        return refused(request, NotFound("no such path"))
    if kind is not None:
        return refused(request, kind(error.detail))
    methods = (error.headers or {}).get("allow")
    allow = {"allow": ", ".join(sorted(methods.split(", ")))} if methods else {}
    code, title = f"http/{error.status_code}", HTTPStatus(error.status_code).phrase
    detail = error.detail if error.status_code < 500 and error.detail != title else ""
    return _plain(request, error.status_code, code, title, detail, allow)


def crashed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: logged with its stack, answered without."""
    _log.error("request failed", path=request.url.path, exc_info=error)
    return _plain(request, 500, INTERNAL, CRASHED)


def _plain(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    title: str,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """A problem that is no refusal."""
    language = _language(request)
    problem = Problem(
        type=f"/problems/{code}",
        title=language.title(code, title),
        status=status,
        detail=language.sentence(detail, {}) or "",
        instance=request.url.path,
        trace_id=tracing.trace_id(),
    )
    more = dict(headers or {})
    return Response(problem, status_code=status, media_type=MEDIA_TYPE, headers=_headers(language) | more)
