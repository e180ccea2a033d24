"""What every bus does alike: a feed is a row of sessions, each begun from the sink's position."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lms_core.domain.errors import in_full
from lms_core.ports.bus import Lost

BATCH = 256
"""Events brought to a sink in one transaction, at most."""

PATIENCE = 5.0
"""Seconds a broker has to answer before it is unavailable."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_STABLE = 30.0

log = logging.getLogger(__name__)


def heeding_cancellation() -> Callable[[], None]:
    """A function to call in each turn of a loop: it raises when a driver has swallowed the task's cancellation since.

    CPython 3.11's `wait_for`, which the drivers use, does so when its result arrives in the same moment.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()

    def heed() -> None:
        if task.cancelling() > before:
            raise asyncio.CancelledError

    return heed


def done_with(acks: Iterable[asyncio.Future[Any]]) -> None:
    """Await no more of them; what they failed of is seen: the first failure was raised."""
    for ack in acks:
        if not ack.cancel() and not ack.cancelled():
            ack.exception()


async def keep_feeding(session: Callable[[], Awaitable[None]], stream: str, sink: str) -> None:
    """Run sessions one after the other, with growing pauses, until cancelled or Lost.

    A session that fails, because of the broker or of the sink, may have brought anything to the sink or nothing: the
    next one asks the sink where it stands. So there is one rule for every failure.
    """
    loop = asyncio.get_running_loop()
    pause = _FIRST_PAUSE
    heed = heeding_cancellation()
    while True:
        heed()
        began = loop.time()
        try:
            await session()
        except Lost:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the next session begins from the position
            if loop.time() - began > _STABLE:
                pause = _FIRST_PAUSE
            log.warning("feeding %s from %s: %s; again in %.1f s", sink, stream, in_full(error), pause)
        await asyncio.sleep(pause * random.uniform(0.5, 1))
        pause = min(pause * 2, _LONGEST_PAUSE)


def settings(url: str, **defaults: int) -> dict[str, int]:
    """Whole numbers from the URL's query. Raises ValueError for an unknown name or a value that is none."""
    given = parse_qs(urlsplit(url).query, keep_blank_values=True)
    for name, values in given.items():
        if name not in defaults:
            raise ValueError(f"{name!r} is no setting of a bus; there are {', '.join(defaults)}")
        if not values[-1].isdigit() or int(values[-1]) < 1:
            raise ValueError(f"{name}={values[-1]!r} is not a whole number above 0")
        defaults[name] = int(values[-1])
    return defaults
