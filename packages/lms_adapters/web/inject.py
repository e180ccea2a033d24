"""Dependencies of handlers, from the service's own container.

`@inject` stands below the route decorator. The REQUEST scope is opened when the handler is called and closed when it
returns; a handler that returns a stream may only inject what lives in the APP scope.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, get_type_hints

from dishka import AsyncContainer, FromDishka
from dishka.integrations.base import wrap_injection

from lms_adapters.sql.idempotency import Repeated
from lms_adapters.web.messages import view
from lms_core.domain.errors import Raced, Refusal

__all__ = ["CONTAINER", "FromDishka", "inject", "is_repeatable", "refusals_again", "repeatable"]

P = ParamSpec("P")
T = TypeVar("T")

_REPEATABLE = "lms_repeatable"
CONTAINER: ContextVar[AsyncContainer] = ContextVar("lms_container")


def inject(handler: Callable[P, T]) -> Callable[P, T]:
    """Fill the parameters marked `FromDishka[...]`. A request that loses a race is tried once more, in a new scope."""
    filled: Any = wrap_injection(
        func=handler, is_async=True, manage_scope=True, container_getter=lambda _args, _kwargs: CONTAINER.get()
    )

    @functools.wraps(filled)
    async def twice(*args: Any, **kwargs: Any) -> Any:
        try:
            return await filled(*args, **kwargs)
        except Raced:
            return await filled(*args, **kwargs)

    return twice  # type: ignore[return-value]


def repeatable(again: Any) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Answer a request that was done before under the same Idempotency-Key as it was answered then.

    `again` is the use case that shows the result, called with the principal and the id that `uow.answer` named; or the
    answer itself, where it is always the same. Stands between the route decorator and `@inject`.
    """

    def decorate(handler: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        kind = get_type_hints(handler)["return"]

        @functools.wraps(handler)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return await handler(*args, **kwargs)
            except Repeated as done:
                if not isinstance(again, type):
                    return again  # type: ignore[no-any-return]
                async with CONTAINER.get()() as scope:
                    show: Any = await scope.get(again)
                    return view(await show(kwargs["me"], done.answer), kind)  # type: ignore[no-any-return]

        setattr(answer, _REPEATABLE, getattr(again, "raises", ()))
        return answer

    return decorate


def is_repeatable(handler: Callable[..., Any]) -> bool:
    """Whether a repeated request gets its first answer again."""
    return hasattr(handler, _REPEATABLE)


def refusals_again(handler: Callable[..., Any]) -> tuple[type[Refusal], ...]:
    """What a repeated request may be refused with: what it made can be gone meanwhile."""
    return getattr(handler, _REPEATABLE, ())
