"""What every unit of work keeps: all or nothing, one at a time where it matters, and no wedge after a cancellation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

import pytest

from lms_core.domain.errors import Busy, Conflict
from lms_core.domain.events import Event, event
from lms_core.ports.jobs import Job, job
from lms_core.ports.uow import RolledBack, UnitOfWork
from lms_core.testing.fakes import fake_id


@event("lms.shop.SeatTaken.v1", key="seat_id")
class SeatTaken(Event, frozen=True, kw_only=True):
    """For the suite."""

    seat_id: str
    number: int


@job("shop.print-ticket")
class PrintTicket(Job, frozen=True, kw_only=True):
    """For the suite."""

    number: int


class Shop(Protocol):
    """A place with seats, standing on the unit of work under test. Made anew for each request."""

    uow: UnitOfWork

    async def free_seats(self, *, lock: bool) -> int:
        """Inside the unit of work; with `lock` rivals wait."""

    async def take_seat(self) -> None:
        """One free seat less."""

    async def stumble(self) -> None:
        """Do what the database refuses; raises whatever it says."""

    async def rename(self, name: str, version: int) -> None:
        """Optimistic: raises Conflict when the shop's version is another, here or at the end of the block."""


class Bench(Protocol):
    """What the suite needs of an adapter."""

    def shop(self, *, key: str | None = None, body: str = "") -> AbstractAsyncContextManager[Shop]:
        """A request's scope; with an Idempotency-Key if one is given."""

    def group(self) -> AbstractAsyncContextManager[None]:
        """The units of work inside, one after the other, are one transaction: what a worker does with events."""

    async def state(self) -> tuple[int, list[Event], list[str]]:
        """Free seats, published events and queued jobs as committed."""


class UnitOfWorkContract:
    """Subclass it with a fixture `bench` whose shop begins with ten seats, version 1."""

    async def test_everything_or_nothing(self, bench: Bench) -> None:
        async with bench.shop() as shop, shop.uow:
            await shop.take_seat()
            shop.uow.record(SeatTaken(seat_id="a", number=1))
            shop.uow.enqueue(PrintTicket(number=1))

        async def breaks() -> None:
            async with bench.shop() as shop, shop.uow:
                await shop.take_seat()
                shop.uow.record(SeatTaken(seat_id="a", number=2))
                shop.uow.enqueue(PrintTicket(number=2))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await breaks()
        seats, events, jobs = await bench.state()
        assert (seats, events, len(jobs)) == (9, [SeatTaken(seat_id="a", number=1)], 1)

    async def test_a_group_is_one_transaction(self, bench: Bench) -> None:
        async with bench.group():
            for number in range(3):
                async with bench.shop() as shop, shop.uow:
                    await shop.take_seat()
                    shop.uow.record(SeatTaken(seat_id="a", number=number))
            assert (await bench.state())[1] == []
        seats, events, _ = await bench.state()
        assert (seats, len(events)) == (7, 3)

    async def test_nothing_of_what_was_rolled_back_is_committed_with_its_group(self, bench: Bench) -> None:
        async def take(number: int) -> None:
            async with bench.shop() as shop, shop.uow:
                await shop.take_seat()
                shop.uow.record(SeatTaken(seat_id="a", number=number))
                shop.uow.enqueue(PrintTicket(number=number))
                if number == 1:
                    raise Conflict

        async def group() -> None:
            async with bench.group():
                await take(0)
                with contextlib.suppress(Conflict):
                    await take(1)

        with pytest.raises(RolledBack):
            await group()
        assert await bench.state() == (10, [], [])

    async def test_a_failure_that_nobody_heeds_is_not_taken_for_success(self, bench: Bench) -> None:
        """A database may go on after a failed statement, or give the transaction up: then the block says so."""
        done = False
        with contextlib.suppress(RolledBack):
            async with bench.shop() as shop, shop.uow:
                await shop.take_seat()
                with contextlib.suppress(Exception):
                    await shop.stumble()
            done = True
        assert (await bench.state())[0] == (9 if done else 10)

    async def test_it_is_entered_once(self, bench: Bench) -> None:
        async with bench.shop() as shop:
            async with shop.uow:
                pass
            with pytest.raises(RuntimeError):
                async with shop.uow:
                    pass

    async def test_nothing_is_recorded_outside(self, bench: Bench) -> None:
        async with bench.shop() as shop:
            with pytest.raises(RuntimeError):
                shop.uow.record(SeatTaken(seat_id="a", number=1))

    async def test_fifty_rivals_for_ten_places(self, bench: Bench) -> None:
        async def rival(number: int) -> bool:
            async with bench.shop() as shop, shop.uow:
                if await shop.free_seats(lock=True) == 0:
                    return False
                await asyncio.sleep(0)
                await shop.take_seat()
                shop.uow.record(SeatTaken(seat_id="a", number=number))
            return True

        won = await asyncio.gather(*(rival(n) for n in range(50)))
        seats, events, _ = await bench.state()
        assert (sum(won), seats, len(events)) == (10, 0, 10)

    async def test_a_stale_version_is_a_conflict(self, bench: Bench) -> None:
        async with bench.shop() as shop, shop.uow:
            await shop.rename("first", 1)
        with pytest.raises(Conflict):
            async with bench.shop() as shop, shop.uow:
                await shop.rename("second", 1)

    async def test_one_open_job_of_a_key(self, bench: Bench) -> None:
        for number in range(3):
            async with bench.shop() as shop, shop.uow:
                shop.uow.enqueue(PrintTicket(number=number), key="same")
                shop.uow.enqueue(PrintTicket(number=number), key=f"other {number}")
        assert len((await bench.state())[2]) == 4

    @pytest.mark.timeout(300)
    async def test_cancelled_anywhere_it_goes_on_working(self, bench: Bench) -> None:
        """Requests cancelled while their transaction begins or commits: the next thousand still work."""

        async def request(number: int) -> None:
            async with bench.shop() as shop, shop.uow:
                await shop.free_seats(lock=False)
                shop.uow.record(SeatTaken(seat_id=f"s{number}", number=number))

        loop = asyncio.get_running_loop()
        for number in range(150):
            tasks = [asyncio.create_task(request(1_000_000 + number * 4 + i)) for i in range(4)]
            loop.call_later(0.00003 * (number % 100), tasks[number % 4].cancel)
            if number % 3 == 0:
                loop.call_soon(tasks[(number + 1) % 4].cancel)
            await asyncio.gather(*tasks, return_exceptions=True)
        before = len((await bench.state())[1])
        for number in range(1000):
            await request(number)
        events = (await bench.state())[1]
        assert len(events) - before == 1000

    async def test_a_repeated_key_has_one_effect(self, bench: Bench) -> None:
        async def request(body: str = "b") -> UUID | None:
            async with bench.shop(key="k", body=body) as shop, shop.uow:
                await shop.take_seat()
                shop.uow.answer(fake_id(7))
            return None

        await request()
        with pytest.raises(Exception, match="repeated") as repeated:
            await request()
        assert getattr(repeated.value, "answer", None) == fake_id(7)
        with pytest.raises(Exception, match="another body"):
            await request("other")
        assert (await bench.state())[0] == 9

    async def test_rivals_with_one_key_have_one_effect(self, bench: Bench) -> None:
        async def request() -> str:
            try:
                async with bench.shop(key="k", body="b") as shop, shop.uow:
                    await shop.take_seat()
            except Busy:
                return "busy"
            except Exception as error:  # noqa: BLE001  counted below
                return str(error)
            return "done"

        answers = await asyncio.gather(*(request() for _ in range(8)))
        assert answers.count("done") == 1
        assert set(answers) <= {"done", "busy", "repeated"}
        assert (await bench.state())[0] == 9

    async def test_events_of_a_key_keep_the_order_of_their_transactions(self, bench: Bench) -> None:
        """Writers that share no row: the log's order per key is the order of their commits."""
        committed: list[int] = []

        async def writer(first: int) -> None:
            for number in range(first, first + 40):
                async with bench.shop() as shop:
                    async with shop.uow:
                        shop.uow.record(SeatTaken(seat_id="same", number=number))
                    committed.append(number)

        await asyncio.gather(*(writer(n * 100) for n in range(5)))
        logged = [e.number for e in (await bench.state())[1] if isinstance(e, SeatTaken)]
        for first in range(0, 500, 100):
            own = [n for n in logged if first <= n < first + 100]
            assert own == sorted(own)
        assert len(logged) == len(committed) == 200


Factory = Callable[[], AbstractAsyncContextManager[Bench]]
