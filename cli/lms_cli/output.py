"""How answers look: a table for people, a line of JSON a row for programs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import msgspec
from rich.console import Console
from rich.table import Table

from lms_cli.operations import Row

WIDE = 200
"""Columns where no terminal says how many there are: a table in a file or a pipe is not to be folded."""
console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


async def show(rows: AsyncIterator[Row], *, json: bool, empty: str, live: bool = False) -> None:
    """Print rows as they come (`live`), or as one table; `empty` to people where there are none."""
    seen: list[Row] = []
    none = True
    async for row in rows:
        none = False
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
    if none and not json:
        console.print(empty)
