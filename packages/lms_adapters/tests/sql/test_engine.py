"""What must not be left half done is done, and who was cancelled meanwhile hears of it."""

from __future__ import annotations

import asyncio

import pytest

from lms_adapters.sql.engine import to_the_end


async def begun() -> tuple[asyncio.Future[int], asyncio.Task[int]]:
    """Work, and a task that waits for its end."""
    work: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(to_the_end(work))
    await asyncio.sleep(0)
    return work, task


async def test_a_cancellation_waits_for_the_end() -> None:
    work, task = await begun()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    work.set_result(7)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_in_the_moment_of_the_end_is_not_lost() -> None:
    work, task = await begun()
    work.set_result(7)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_works_own_end_comes_out() -> None:
    work, task = await begun()
    work.set_exception(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await task
    work, task = await begun()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
