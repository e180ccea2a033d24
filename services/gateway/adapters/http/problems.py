"""Refusals of the gateway itself as problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lms_adapters.web.languages import Language
from lms_adapters.web.problems import CRASHED, INTERNAL, MEDIA_TYPE, document, headers_of, log_cause, status_of
from lms_core.domain.errors import Refusal, TooLarge
from lms_core.domain.events import encode
from services.gateway.adapters.http.headers import Header
from services.gateway.domain.routing import BadAnswer, Late

_GATEWAY_STATUS: dict[type[Refusal], int] = {BadAnswer: 502, Late: 504}


async def refuse(
    scope: dict[str, Any], send: Any, refusal: Refusal, trace_id: str, extra: Iterable[Header], language: Language
) -> int:
    """Answer with the refusal; its status."""
    log_cause(refusal, trace_id=trace_id)
    status = _GATEWAY_STATUS.get(type(refusal)) or status_of(type(refusal))
    body = document(refusal, scope["path"], language) | {"status": status, "trace_id": trace_id}
    headers = [(name.encode(), value.encode()) for name, value in headers_of(refusal, language).items()]
    if isinstance(refusal, TooLarge):
        headers.append((b"connection", b"close"))  # the rest of the body is not read
    return await _answer(scope, send, body, [*headers, *extra])


async def crash(scope: dict[str, Any], send: Any, trace_id: str, extra: Iterable[Header], language: Language) -> int:
    """Answer that the gateway failed; the status."""
    problem = {"type": f"/problems/{INTERNAL}", "title": language.title(INTERNAL, CRASHED), "status": 500}
    headers = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-language", language.tag.encode()),
        (b"vary", b"Accept-Language"),
        *extra,
    ]
    return await _answer(scope, send, problem | {"instance": scope["path"], "trace_id": trace_id}, headers)


async def _answer(scope: dict[str, Any], send: Any, problem: dict[str, Any], extra: Iterable[Header]) -> int:
    body = encode(problem)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": problem["status"], "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False})
    return int(problem["status"])
