"""Versions as entity tags: read with ETag, change with If-Match (RFC 9110, sections 8.8.3 and 13.1).

async def show(..., if_none_match: IfNoneMatch = None) -> Response[ThingView]:
    thing = await show(me, ...)
    return tagged(view(thing, ThingView), thing.version, if_none_match)

async def edit(..., if_match: IfMatch = None) -> Response[ThingView]:
    thing = await edit(me, ..., version=required_version(if_match))
    return tagged(view(thing, ThingView), thing.version)
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias, TypeVar

from litestar import Response
from litestar.params import HeaderParameter

from lms_adapters.web.answers import Answer
from lms_core.domain.errors import PreconditionRequired, Stale

V = TypeVar("V")

IfMatch: TypeAlias = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag of the version you read; without it the answer is 428."),
]
"""The type of the handler parameter `if_match: IfMatch = None`."""
IfNoneMatch: TypeAlias = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", description="The ETag you have; while it is current the answer is 304."),
]
"""The type of the handler parameter `if_none_match: IfNoneMatch = None`."""
_TAG = re.compile(r'"([0-9]{1,18})"')


def etag(version: int) -> str:
    """The version as a strong entity tag: `"7"`."""
    return f'"{version}"'


def required_version(if_match: str | None) -> int:
    """The version a change was made from. Raises PreconditionRequired without one, Stale for one we never gave out.

    One strong tag is taken: `*` and lists would allow what the client has not read, and weak tags never match
    (RFC 9110, section 13.1.1).
    """
    if if_match is None:
        raise PreconditionRequired("send the ETag you read as If-Match")
    match = _TAG.fullmatch(if_match.strip())
    if match is None:
        raise Stale("If-Match takes the one ETag you read")
    return int(match[1])


def tagged(answer: V, version: int, if_none_match: str | None = None) -> Response[V]:
    """The answer with its ETag; 304 and no body while the client has it already (RFC 9110, section 13.1.2)."""
    headers = {"etag": etag(version), "cache-control": "private, no-cache"}
    if if_none_match is not None and (if_none_match.strip() == "*" or str(version) in _TAG.findall(if_none_match)):
        unchanged: Response[Any] = Answer(None, status_code=304, headers=headers)
        return unchanged
    return Answer(answer, headers=headers)
