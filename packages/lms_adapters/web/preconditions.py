"""Entity tags: read with ETag, change with If-Match (RFC 9110, sections 8.8.3 and 13.1).

async def show(..., if_none_match: IfNoneMatch = None) -> Response[ThingView]:
    thing = await show(me, ...)
    return tagged(view(thing, ThingView), if_none_match, version=thing.version)

async def edit(..., if_match: IfMatch = None) -> Response[ThingView]:
    thing = await edit(me, ..., version=required_version(if_match))
    return tagged(view(thing, ThingView), version=thing.version)

A tag is `"<version>-<digest>"`. The digest is of what is answered, byte for byte: it changes with whatever is shown,
and does not match what somebody else is shown at the same address. The version alone decides about a change.
"""

from __future__ import annotations

import functools
import hashlib
import re
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import HeaderParameter
from litestar.serialization import default_serializer

from lms_adapters.web.answers import Answer, Encoded
from lms_core.domain.errors import Invalid, PreconditionRequired, Stale

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
_encode = msgspec.json.Encoder(enc_hook=default_serializer).encode
_ENTITY_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_FIELD = re.compile(rf"\*|{_ENTITY_TAG}(?:[ \t]*,[ \t]*{_ENTITY_TAG})*")
"""If-Match as RFC 9110 writes it (sections 8.8.3 and 13.1.1)."""
_REVALIDATED = (b"cache-control", b"private, no-cache")
_TAG = re.compile(r'"([0-9]{1,18})(?:@([0-9a-f]{8}))?(?:-[0-9a-f]{12})?"')


def required_version(if_match: str | None, *, whose: UUID | None = None) -> int:
    """The version a change was made from.

    Raises PreconditionRequired without one, Invalid for what is none, Stale for one we never gave out. One strong tag
    is taken, or the version alone in quotes: `*` and lists would allow what the client has not read, and weak tags
    never match (RFC 9110, section 13.1.1). `whose` as for `tagged`: somebody else's tag is stale.
    """
    if if_match is None:
        raise PreconditionRequired("send the ETag you read as If-Match")
    given = if_match.strip()
    if _FIELD.fullmatch(given) is None:
        raise Invalid.at("#/If-Match", "must be the ETag you read, with its quotes")
    match = _TAG.fullmatch(given)
    if match is None:
        raise Stale("If-Match takes the one ETag you read")
    if match[2] is not None and match[2] != _mark(None if whose is None else whose.int):
        raise Stale("this ETag is of something else")
    return int(match[1])


def tagged(
    answer: V, if_none_match: str | None = None, *, version: int | None = None, whose: UUID | None = None
) -> Response[V]:
    """The answer with its ETag; 304 and no body while the client has it already (RFC 9110, section 13.1.2).

    `version`: of what may be changed. `whose`: the one who asks, where the address means another thing for each.
    """
    body = answer if isinstance(answer, bytes) else _encode(answer)
    tag = _tag(body, version, whose)
    said: Response[Any] = Encoded(body, (b"etag", tag.encode()), _REVALIDATED)
    if if_none_match is not None and (if_none_match.strip() == "*" or tag in if_none_match):
        said = Answer(None, status_code=304, headers=said.headers)
    return said


def _tag(body: bytes, version: int | None, whose: UUID | None) -> str:
    digest = hashlib.blake2b(body, digest_size=6).hexdigest()
    number = "" if version is None else f"{version}-" if whose is None else f"{version}@{_mark(whose.int)}-"
    return f'"{number}{digest}"'


@functools.lru_cache(maxsize=4096)
def _mark(whose: int | None) -> str:
    """Whose tag it is (the number of their id: a UUID is hashed slowly), for all to compare and nobody to read."""
    return "" if whose is None else hashlib.blake2b(whose.to_bytes(16), digest_size=4).hexdigest()
