"""Which part of a collection somebody wants: filtered, in an order, after a place, so many at most.

What asks makes one (over HTTP the grammar in `lms_adapters/web/grammar.py`), use cases hand it on, and what keeps the
collection answers it (on SQL a `Listing`). Fields go by the names that the items have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Operator = Literal["any", "lt", "le", "gt", "ge", "null"]
"""`any`: the field is one of these values; `null`: whether it is null."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field."""

    field: str
    operator: Operator
    value: Any
    """For `any` a tuple of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a collection is asked for. It answers with one item more than `limit` when others follow."""

    sort: str
    """The field it is ordered by; the item's id breaks ties, in the same direction."""
    descending: bool = False
    filters: tuple[Filter, ...] = ()
    after: tuple[Any, Any] | None = None
    """The sort field and the id of the last item seen; None for the beginning."""
    limit: int = 50

    def values(self, field: str) -> tuple[Any, ...]:
        """The values that the field may have; empty when it may have any."""
        found = (one.value for one in self.filters if one.field == field and one.operator == "any")
        return tuple(next(found, ()))
