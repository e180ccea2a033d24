"""Tables in Markdown, on the terminal and in docs/performance.md, and what they were measured on."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def progress(words: str) -> None:
    """A line on standard error."""
    print(f"  {words}", file=sys.stderr, flush=True)


def show(lines: Iterable[str]) -> None:
    """On standard output."""
    print("\n".join(lines), flush=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table; all columns but the first are numbers."""
    cells = [[str(c) for c in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "| "
        + " | ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        + " |"
        for row in cells
    ]
    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return [lines[0], rule, *lines[1:]]


def machine() -> list[str]:
    """When and on what, how busy it was, and how fast: a loop of a million additions, best of five (CPU)."""
    best = min(_loop() for _ in range(5))
    load = os.getloadavg()[0]
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {platform.python_implementation()} "
        f"{platform.python_version()}, load {load:.1f}, a million additions {best * 1000:.0f} ms of CPU."
    ]


def _loop() -> float:
    began, total = time.process_time(), 0
    for i in range(1_000_000):
        total += i
    return time.process_time() - began


def keep(name: str, lines: Iterable[str]) -> None:
    """Replace what stands between the page's `<!-- bench:NAME -->` and `<!-- end:NAME -->`."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- end:{name} -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text("\n".join([before + begin, *lines, end]) + after)
    progress(f"written to {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}")
