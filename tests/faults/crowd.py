"""Many clients at once, who keep count of what they were answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

from lms_cli.api import Answer, Api

CLIENTS = 20
SETTLE_SECONDS = 60.0


@dataclass(slots=True)
class Ask:
    """A POST with an Idempotency-Key, and what became of it."""

    api: Api
    path: str
    body: Any
    about: str
    """Whose or which: the address of a registration, the learner of an enrollment."""
    key: str
    answer: Answer | None = None
    """None: the connection broke before there was one."""

    @classmethod
    def of(cls, api: Api, path: str, body: Any = None, about: str = "") -> Ask:
        """With a key of its own."""
        return cls(api, path, body, about, str(uuid4()))

    @property
    def outcome(self) -> str:
        """accepted, refused, unavailable (it cannot be known whether it was done), or unanswered (nor this)."""
        if self.answer is None:
            return "unanswered"
        if self.answer.status >= 500:
            return "unavailable"
        return "accepted" if self.answer.status < 300 else "refused"

    async def send(self) -> None:
        """Ask once."""
        try:
            self.answer = await self.api.ask("POST", self.path, self.body, idempotency_key=self.key)
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.answer = None


async def together(asks: Iterable[Ask], *, at: Sequence[tuple[int, Callable[[], None]]] = ()) -> Counter[str]:
    """All of them, by twenty clients. `at`: when so many were answered, this is done, and everyone waits for it."""
    queue, todo, answered = iter(asks), list(at), 0
    outcomes: Counter[str] = Counter()

    async def client() -> None:
        nonlocal answered
        for ask in queue:
            await ask.send()
            outcomes[ask.outcome] += 1
            answered += ask.answer is not None
            while todo and answered >= todo[0][0]:
                todo.pop(0)[1]()  # not awaited: nobody is asked or heard meanwhile

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    assert not todo, f"{len(todo)} of the faults did not happen"
    return outcomes


async def settle(asks: Iterable[Ask]) -> None:
    """Ask again, under the same keys, whatever is not known to be done or refused."""

    async def insist(ask: Ask) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SETTLE_SECONDS
        while ask.outcome in ("unanswered", "unavailable") or _still_running(ask):
            assert loop.time() < deadline, f"{ask.path} {ask.about} could not be settled: {ask.answer}"
            await ask.send()
            if ask.outcome != "accepted":
                await asyncio.sleep(0.1)

    await asyncio.gather(*(insist(ask) for ask in asks))


def _still_running(ask: Ask) -> bool:
    return (
        ask.answer is not None
        and ask.answer.status == 409
        and ask.answer.body["type"] == "/problems/idempotency-key-in-use"
    )


async def each(work: Iterable[Any], limit: int = CLIENTS) -> list[Any]:
    """Await them all, so many at a time; when one fails the others are let go of. Raises ExceptionGroup."""
    todo, results = enumerate(work), dict[int, Any]()

    async def client() -> None:
        for number, awaitable in todo:
            results[number] = await awaitable

    async with asyncio.TaskGroup() as clients:
        for _ in range(limit):
            clients.create_task(client())
    return [results[number] for number in sorted(results)]
