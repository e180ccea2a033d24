"""Base classes of what goes in and out of our own REST endpoints."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request

from lms_core.domain.errors import Invalid

MAX_BODY = 1024 * 1024
"""Bytes of a request's body; larger ones are 413."""


class Asked(Request[Any, Any, Any]):
    """A request, whose body may be anything."""

    async def json(self) -> Any:
        """As Litestar's. Raises Invalid where msgspec raises no error of its own: no UTF-8, nested too deeply."""
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError) as error:
            raise Invalid.at("#", "is not JSON, or nested too deeply") from error


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request's body. Unknown fields are refused."""


class View(msgspec.Struct, kw_only=True):
    """An answer."""


V = TypeVar("V")


def view(entity: Any, kind: type[V]) -> V:
    """An entity as an answer: the same names, no mapper."""
    return msgspec.convert(entity, kind, from_attributes=True)
