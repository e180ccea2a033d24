"""A coroutine in a context of its own, without a task of its own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any


class Apart:
    """`await Apart(coroutine, waits)`: what it sets in context variables stays with it, and it sees none of ours.

    A task would give the same at the price of a turn of the event loop. `waits` is called when the coroutine has to
    wait for the first time: until then nothing can interrupt it, so nothing needs to watch it. Cancelling the task that
    awaits cancels the coroutine.
    """

    __slots__ = ("_coroutine", "_waits")

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits: Callable[[], None]) -> None:
        self._coroutine = coroutine
        self._waits = waits

    def __await__(self) -> Generator[Any, Any, None]:
        step, send, throw = Context().run, self._coroutine.send, self._coroutine.throw
        try:
            awaited = step(send, None)
            self._waits()
            while True:
                try:
                    value = yield awaited
                except BaseException as error:  # noqa: BLE001  whatever it is, it is meant for the coroutine
                    awaited = step(throw, error)
                else:
                    awaited = step(send, value)
        except StopIteration:
            return
