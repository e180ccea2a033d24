"""Base classes of what goes in and out of our own REST endpoints."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request's body. Unknown fields are refused."""


def documented(*, examples: list[Any], **limits: Any) -> msgspec.Meta:
    """Limits of a field in JSON Schema's words. The domain holds them, and so tells all that is wrong with a form."""
    return msgspec.Meta(examples=examples, extra_json_schema=limits)


class View(msgspec.Struct, kw_only=True):
    """An answer."""


V = TypeVar("V")


def view(entity: Any, kind: type[V]) -> V:
    """An entity as an answer: the same names, no mapper."""
    return msgspec.convert(entity, kind, from_attributes=True)
