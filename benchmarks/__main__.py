"""`python -m benchmarks`, which `make bench` runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import click

from benchmarks import big as big_bench, events as events_bench, reads as reads_bench, startup as startup_bench
from benchmarks.report import keep, machine, show

_write = click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")


def _reported(name: str, measure: Callable[[], list[str]], write: bool) -> None:
    lines = [*machine(), "", *measure()]
    show(lines)
    if write:
        keep(name, lines)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def bench() -> None:
    """Measure the platform on this machine.

    What is compared is measured in one run, in turns, so that a busy machine is busy for both sides: trust the ratios
    first, then the figures. CPU time is that of the measured process alone.
    """


@bench.command()
@click.option("--runs", default=3, help="Starts of each kind; the table shows medians.")
@click.option("--idle", default=10.0, help="Seconds of looking at the platform at rest.")
@_write
def startup(runs: int, idle: float, write: bool) -> None:
    """Start to ready of `lms up`, without bytecode, cold and warm; memory and CPU at rest."""
    _reported("startup", lambda: startup_bench.measure(runs, idle), write)


@bench.command()
@click.option("--requests", default=2000, help="Requests to each endpoint, and to its bare counterpart.")
@click.option("--only", default="", metavar="TEXT", help="Only endpoints whose path holds this.")
@click.option("--access-log/--no-access-log", default=True, help="The gateway's line a request (on as shipped).")
@click.option("--profile", metavar="FILE", help="Instead: cProfile of the server over all reads, for pstats.")
@_write
def reads(requests: int, only: str, access_log: bool, profile: str | None, write: bool) -> None:
    """CPU per request of every read endpoint through the gateway, beside a bare ASGI app with the same queries."""
    _reported("reads", lambda: asyncio.run(reads_bench.measure(requests, only, access_log, profile)), write)


@bench.command()
@click.option("--count", default=4000, help="Events of the run at full speed.")
@click.option("--rate", default=50, help="Events a second of the calm run.")
@click.option("--only", default="", metavar="TEXT", help="Only set-ups whose name holds this.")
@_write
def events(count: int, rate: int, only: str, write: bool) -> None:
    """Commit to effect with two consumers: latency and events a second, on each database and bus that is installed."""
    _reported("events", lambda: events_bench.measure(count, rate, only), write)


@bench.command()
@click.option("--courses", default=200)
@click.option("--learners", default=10_000)
@click.option("--activities", default=1_000_000, help="Of all learners together.")
@click.option("--made", default=40, help="Learners that the use cases make; the others are their copies.")
@click.option("--requests", default=2000, help="Requests to each endpoint, each time.")
@_write
def big(courses: int, learners: int, activities: int, made: int, requests: int, write: bool) -> None:
    """Every read endpoint in a small school and in a big one, with 100 clients at once, and plans of queries."""
    _reported("big", lambda: big_bench.run(courses, learners, activities, made, requests), write)


@bench.command(name="all")
@_write
@click.pass_context
def everything(ctx: click.Context, write: bool) -> None:
    """All of the above but `big`, with their defaults."""
    for command in (startup, reads, events):
        ctx.invoke(command, write=write)


if __name__ == "__main__":
    bench(prog_name="python -m benchmarks")
