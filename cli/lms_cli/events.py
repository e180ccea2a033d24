"""`lms events`: what was published, what waits, what was given up, and how to make it good."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import click

from lms_cli.control import operate
from lms_cli.operations import Row
from lms_cli.options import as_json, service_option, source
from lms_cli.output import console, show
from lms_cli.platform import services
from lms_core.domain.time import from_ms


@click.group()
def events() -> None:
    """Look at events, and mend what went wrong with them."""


@events.command("list")
@as_json
def catalogue(json: bool) -> None:
    """Every event there is: who publishes it and who takes it."""

    async def rows() -> AsyncIterator[Row]:
        running = services()
        for publisher in running:
            for event in publisher.publishes:
                takers = [s.name for r in running for s in r.subscriptions if event in s.events or s.everything]
                yield {
                    "event": event.type,
                    "key": event.key_field,
                    "taken by": takers if json else "\n".join(takers),
                    "what": (event.__doc__ or "").strip().splitlines()[0],
                }

    asyncio.run(show(rows(), json=json, empty="no events"))


@events.command()
@service_option
@click.option("--trace", "trace_id", help="Only this trace id.")
@click.option("--limit", default=50, help="How many.")
@as_json
@click.pass_context
def log(ctx: click.Context, service: str | None, trace_id: str | None, limit: int, json: bool) -> None:
    """The newest published events, from the publishers' logs."""
    only = (service,) if service else ()

    async def rows() -> AsyncIterator[Row]:
        asked = operate("events.log", only, source(ctx), service=service, trace_id=trace_id, limit=limit)
        for row in sorted([row async for row in asked], key=lambda row: (row["at"], row["id"]))[-limit:]:
            yield row if json else {**row, "at": from_ms(row["at"]).isoformat(timespec="milliseconds")}

    asyncio.run(show(rows(), json=json, empty="nothing was published yet"))


@events.command()
@service_option
@as_json
@click.pass_context
def tail(ctx: click.Context, service: str | None, json: bool) -> None:
    """Events as they are published, until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            show(
                operate("events.tail", (service,) if service else (), source(ctx), service=service),
                json=json,
                empty="",
                live=True,
            )
        )


@events.command()
@service_option
@as_json
@click.pass_context
def backlog(ctx: click.Context, service: str | None, json: bool) -> None:
    """What waits in each service: unsent events, unhandled events, jobs."""
    rows = operate("events.backlog", (service,) if service else (), source(ctx), service=service)
    asyncio.run(show(rows, json=json, empty="no services"))


@events.command("dead-letters")
@service_option
@click.option("--failing", is_flag=True, help="Those that are still being tried as well.")
@as_json
@click.pass_context
def dead_letters(ctx: click.Context, service: str | None, failing: bool, json: bool) -> None:
    """Events that a subscription gave up on. Each holds up the later events of its key until requeued or skipped."""
    only = (service,) if service else ()
    rows = operate("events.dead-letters", only, source(ctx), service=service, failing=failing)
    asyncio.run(show(rows, json=json, empty="no dead letters"))


def _release(ctx: click.Context, service: str, seq: tuple[int, ...], *, skip: bool, json: bool) -> None:
    for number in seq:
        rows = operate("events.release", (service,), source(ctx), service=service, seq=number, skip=skip)
        asyncio.run(show(rows, json=json, empty=""))


@events.command()
@click.argument("service")
@click.argument("seq", type=int, nargs=-1, required=True)
@as_json
@click.pass_context
def requeue(ctx: click.Context, service: str, seq: tuple[int, ...], json: bool) -> None:
    """Try dead letters SEQ… of SERVICE again; the later events of their keys follow in order."""
    _release(ctx, service, seq, skip=False, json=json)


@events.command()
@click.argument("service")
@click.argument("seq", type=int, nargs=-1, required=True)
@as_json
@click.pass_context
def skip(ctx: click.Context, service: str, seq: tuple[int, ...], json: bool) -> None:
    """Leave dead letters SEQ… of SERVICE unhandled for ever and let the later events of their keys go on."""
    _release(ctx, service, seq, skip=True, json=json)


@events.command()
@click.argument("service")
@click.argument("stream")
@as_json
@click.pass_context
def resume(ctx: click.Context, service: str, stream: str, json: bool) -> None:
    """Let SERVICE go on with STREAM (such as lms.course), of which the broker lost events, from the oldest it has.

    Then rebuild what was missed: `lms events replay NAME --lost` for each projection. Reactions have missed it.
    """
    rows = operate("events.resume", (service,), source(ctx), service=service, stream=stream)
    asyncio.run(show(rows, json=json, empty=""))


@events.command()
@click.argument("name")
@click.option("--verify", is_flag=True, help="Only compare: change nothing, exit 1 on a difference.")
@click.option(
    "--lost", is_flag=True, help="What has not arrived was lost and will not: after `resume`, once all is sent."
)
@as_json
@click.pass_context
def replay(ctx: click.Context, name: str, verify: bool, lost: bool, json: bool) -> None:
    """Rebuild the projection NAME (such as progress.course-progress) from the publishers' logs.

    It is built beside the live tables and compared with them, row by row; what differs is printed, and without
    --verify mended in one transaction. The platform may go on running.
    """
    found, waiting, mended, at = 0, 0, False, (name.partition(".")[0],)

    async def rows() -> AsyncIterator[Row]:
        nonlocal found, waiting, mended
        async for row in operate("events.replay", (), source(ctx), at=at, name=name, verify=verify, lost=lost):
            if "read" in row:
                mended, waiting = row.get("mended", False), row.get("waiting", 0)
                if not json and sys.stdout.isatty():
                    console.print(f"  {row['read']:>8} events read", end="\r")
                continue
            found += 1
            yield row if json else {k: v if isinstance(v, str) else _pairs(v) for k, v in row.items()}

    asyncio.run(show(rows(), json=json, empty=f"{name}: no difference"))
    if found and not json:
        console.print(("One row differs" if found == 1 else f"{found} rows differ") + (", mended" if mended else ""))
    if waiting and not json:
        console.print(
            "One event has not been handled yet" if waiting == 1 else f"{waiting} events have not been handled yet"
        )
    if found and not mended:
        ctx.exit(1)


def _pairs(values: Row) -> str:
    return "\n".join(f"{name}: {value}" for name, value in values.items())
