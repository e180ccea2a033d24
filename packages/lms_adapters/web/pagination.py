"""Cursor pages: stable under inserts, one index range each, with `Link: <…>; rel="next"` (RFC 8288)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response

from lms_adapters.web.answers import Answer
from lms_adapters.web.messages import View
from lms_core.domain.errors import Invalid

T = TypeVar("T")
K = TypeVar("K")
LIMIT, MAX_LIMIT = 50, 200


class Page(View, Generic[T], kw_only=True):
    """A page: some of a collection, and the way to the next."""

    items: list[T]
    next: str | None = None
    """Give it as `cursor` for the following page; null on the last."""


P = TypeVar("P", bound=Page[Any])


def write_cursor(key: Any) -> str:
    """A sort key as an opaque cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def read_cursor(cursor: str | None, kind: type[K]) -> K | None:
    """The sort key to continue after; None for the first page. Raises Invalid."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=kind)
    except (UnicodeEncodeError, binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise Invalid.at("#/cursor", "is not a cursor of this collection") from error


def cut(items: Sequence[T], limit: int, key: Any) -> tuple[list[T], str | None]:
    """One page of `limit + 1` fetched items, and the cursor of the next: `key(item)` is the sort key."""
    page = list(items[:limit])
    return page, write_cursor(key(page[-1])) if len(items) > limit else None


def paged(request: Request[Any, Any, Any], page: P) -> Response[P]:
    """The page with its Link header."""
    headers = {}
    if page.next is not None:
        query = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
        headers["link"] = f'<{request.url.path}?{urlencode([*query, ("cursor", page.next)])}>; rel="next"'
    return Answer(page, headers=headers)
