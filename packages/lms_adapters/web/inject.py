"""Dependencies of handlers, from the service's own container.

`@inject` stands below the route decorator. The REQUEST scope is opened when the handler is called and closed when it
returns; a handler that returns a stream may only inject what lives in the APP scope.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from types import MethodType
from typing import Any, ParamSpec, TypeVar, get_type_hints

from dishka import AsyncContainer, FromDishka
from dishka.integrations.base import default_parse_dependency, wrap_injection

from lms_adapters.sql.idempotency import Repeated
from lms_adapters.sql.uow import AMBIENT
from lms_adapters.web.making import Unfit, maker
from lms_adapters.web.messages import view
from lms_core.domain.errors import Raced, Refusal

__all__ = ["CONTAINER", "FromDishka", "at_once", "inject", "is_repeatable", "refusals_again", "repeatable", "wanted"]

P = ParamSpec("P")
T = TypeVar("T")

_REPEATABLE = "lms_repeatable"
CONTAINER: ContextVar[AsyncContainer] = ContextVar("lms_container")
_INJECTED: dict[Any, Callable[..., Any]] = {}
"""What `inject` made, and from which handler."""


def inject(handler: Callable[P, T]) -> Callable[P, T]:
    """Fill the parameters marked `FromDishka[...]`. A request that loses a race is tried once more, in a new scope."""
    filled: Any = wrap_injection(
        func=handler, is_async=True, manage_scope=True, container_getter=lambda _args, _kwargs: CONTAINER.get()
    )
    twice: Callable[P, T] = _twice(filled)
    _INJECTED[twice] = handler
    return twice


def _twice(filled: Any) -> Any:
    """Tried once more when a race is lost."""

    @functools.wraps(filled)
    async def twice(*args: Any, **kwargs: Any) -> Any:
        try:
            return await filled(*args, **kwargs)
        except Raced:
            return await filled(*args, **kwargs)

    return twice


def wanted(handler: Callable[..., Any]) -> dict[str, type[Any]]:
    """A handler's parameters that come from the container."""
    hints = get_type_hints(getattr(handler, "__dishka_orig_func__", handler), include_extras=True)
    found = {name: default_parse_dependency(None, hint) for name, hint in hints.items()}  # type: ignore[arg-type]
    return {name: key.type_hint for name, key in found.items() if key is not None}


def at_once(handler: Any, container: AsyncContainer) -> Any:
    """A handler of `inject` in fewer steps: what it wants is made without awaiting. Where that cannot be, as it is.

    What is made, of what and how long it lives is said to Dishka, as ever; with nothing to await and nothing to close,
    each call makes it without a container (see `making`).
    """
    function = _INJECTED.get(getattr(handler, "__func__", handler))
    if function is None:
        return handler
    try:
        written = maker(container, wanted(function))
    except Unfit:
        return handler
    call: Any = MethodType(function, handler.__self__) if isinstance(handler, MethodType) else function

    async def filled(**given: Any) -> Any:
        make = written()
        try:
            return await call(**given, **make())
        except Raced:
            return await call(**given, **make())

    return filled


def repeatable(
    again: Any, *, apart: str | None = None
) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Answer a request that was done before under the same Idempotency-Key as it was answered then.

    `again` is the use case that shows the result, called with the principal and the id that `uow.answer` named; or the
    answer itself, where it is always the same. Where callers are nobody yet, `apart` names the field of the body that
    tells them apart: two of them may have thought of one key. Stands between the route decorator and `@inject`.
    """

    def decorate(handler: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        kind = get_type_hints(handler)["return"]

        @functools.wraps(handler)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            ambient = AMBIENT.get()
            if apart is not None and ambient is not None and ambient.key is not None:
                ambient.key = ambient.key.apart(getattr(kwargs["data"], apart))
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
