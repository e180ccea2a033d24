"""How answers look: a table for people, a line of JSON a row for programs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table

from lms_adapters.platform.run import EXPECTED
from lms_cli.operations import OperationFailed, Row
from lms_cli.platform import UnknownService

T = TypeVar("T")
console = Console(highlight=False)


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; what an operator can mend becomes one line and exit code 1."""
    try:
        return asyncio.run(work)
    except (*EXPECTED, OperationFailed, UnknownService) as error:
        raise click.ClickException(str(error)) from error


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
