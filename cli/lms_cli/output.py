"""How answers look: a table for people, a line of JSON a row for programs."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table

from lms_adapters.platform.run import EXPECTED
from lms_cli.operations import OperationFailed, Row, words
from lms_cli.platform import UnknownService
from lms_core.domain.errors import Refusal

T = TypeVar("T")
WIDE = 200
"""Columns where no terminal says how many there are: a table in a file or a pipe is not to be folded."""
console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


@contextlib.contextmanager
def one_line() -> Iterator[None]:
    """What an operator can mend becomes one line and exit code 1."""
    try:
        yield
    except Refusal as error:
        raise click.ClickException(words(error)) from error
    except (*EXPECTED, OperationFailed, UnknownService) as error:
        raise click.ClickException(str(error)) from error


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; what an operator can mend becomes one line and exit code 1."""
    with one_line():
        return asyncio.run(work)


async def show(rows: AsyncIterator[Row], *, json: bool, empty: str, live: bool = False) -> int:
    """Print rows as they come (`live`), or as one table; how many there were."""
    seen: list[Row] = []
    count = 0
    async for row in rows:
        count += 1
        if json:
            sys.stdout.write(msgspec.json.encode(row, enc_hook=str).decode() + "\n")
            sys.stdout.flush()
        elif live:
            console.print("  ".join(str(value) for value in row.values()))
        else:
            seen.append(row)
    if seen:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in seen[0]:
            table.add_column(name.replace("_", " "), overflow="fold")
        for row in seen:
            table.add_row(*("" if value is None else str(value) for value in row.values()))
        console.print(table)
    if not count and not json:
        console.print(empty)
    return count
