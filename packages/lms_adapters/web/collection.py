"""One grammar for every collection: pages, sorting and filters.

    COURSES = Collection(CourseView, sort=("-created_at", "title"), filters=("id", "status", "created_at"))

    @COURSES.get(guards=[requires("course:read")])
    @inject
    async def list_courses(self, me: Me, wanted: Wanted, list: FromDishka[ListCourses]) -> Response[Page[CourseView]]:
        return COURSES.page(wanted, await list(me, wanted))

`?status=draft&status=published&created_at.ge=2026-01-01T00:00:00Z&sort=-title&limit=20&cursor=…`: a filter is a field
of the view and a value, repeated for any of several, or a field, a dot and an operator. A cursor goes on where a page
ended, in the same order and with the same filters. What is not declared is refused, and the nearest that is is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import Operation
from litestar.types import Guard, Scope

from lms_adapters.web.answers import Answer
from lms_adapters.web.fields import fields_of
from lms_adapters.web.grammar import Asked, Grammar
from lms_adapters.web.messages import view
from lms_adapters.web.pagination import Page, write_cursor

__all__ = ["Asked", "Collection", "Page", "Wanted"]

_KEPT, _LONGEST = 256, 1024
"""Queries that are remembered as they were read, and the bytes that one may have: a head may have 64 KiB of them."""

Wanted: TypeAlias = NamedDependency[Asked]
"""The type of the handler parameter `wanted`."""


class Collection:
    """What may be asked of a collection, declared once: for reading queries, for the documents, for the pages."""

    def __init__(
        self,
        item: type[Any],
        *,
        sort: tuple[str, ...],
        filters: tuple[str, ...] = (),
        required: tuple[str, ...] = (),
        beside: tuple[str, ...] = (),
        id: str = "id",
        page: type[Page[Any]] = Page,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """`sort`: fields, with a minus where the usual way is downwards, the usual one first.

        `filters`: fields of the view `item`; `more`: fields beside those, with their types. Filters that are `required`
        must be there; parameters `beside` them the handler declares for itself. `id` breaks ties.
        """
        sorts = tuple(name.lstrip("-") for name in sort)
        fields = fields_of(item, (*filters, *sorts, id), more)
        if nullable := [name for name in sorts if fields[name].nullable]:
            raise TypeError(f"{item.__name__}: nothing is sorted by what may be null, as {nullable[0]} may")
        self.grammar = Grammar(
            [fields[name] for name in (*filters, *more)],
            [(way, fields[name]) for way, name in zip(sort, sorts, strict=True)],
            fields[id],
            required,
            beside,
        )
        self._read_again = lru_cache(_KEPT)(self.grammar.read)
        self._id = id
        self._items: Any = list[item]  # type: ignore[valid-type]
        self._page = page

    def get(self, path: str | None = None, *, guards: list[Guard]) -> get:
        """The route of the handler that lists it."""
        parameters = list(self.grammar.parameters())

        @dataclass
        class Documented(Operation):
            def __post_init__(self) -> None:
                self.parameters = [*(self.parameters or ()), *parameters]

        return get(
            path,
            guards=guards,
            dependencies={"wanted": Provide(self._read, sync_to_thread=False)},
            operation_class=Documented,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Collection:
        return self  # Litestar copies handlers, and what they hold

    def _read(self, scope: Scope) -> Asked:
        query = scope["query_string"]
        return (self._read_again if len(query) <= _LONGEST else self.grammar.read)(scope["path"], query)

    def page(self, wanted: Asked, found: Sequence[Any], **more: Any) -> Response[Any]:
        """As many as were wanted of what was found, and where the rest is (`Link`, RFC 8288)."""
        items, following, headers = found[: wanted.limit], None, {}
        if len(found) > wanted.limit:
            last = items[-1]
            following = write_cursor((wanted.digest, getattr(last, wanted.sort), getattr(last, self._id)))
            query = urlencode([*wanted.query, ("cursor", following)])
            headers["link"] = f'<{wanted.path}?{query}>; rel="next"'
        return Answer(self._page(items=view(items, self._items), next=following, **more), headers=headers)
