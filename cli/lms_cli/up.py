"""`lms up` and `lms serve`: run everything here, or one service alone."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import click

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.folder import control_socket, locked
from lms_adapters.platform.run import Role, run, start
from lms_adapters.platform.settings import Settings, Source
from lms_cli.control import ControlServer
from lms_cli.options import source
from lms_cli.output import console
from lms_cli.platform import services
from lms_cli.reload import supervise
from lms_cli.seed import composed, make_while_running, print_school


@click.command()
@click.option("--port", "-p", default=8000, help="Where the gateway listens.")
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--only", metavar="A,B", help="Only these services (and the gateway).")
@click.option("--data", metavar="DIR", help="Data folder.  [default: data]")
@click.option("--reset", is_flag=True, help="Begin with an empty data folder: deletes what is in it.")
@click.option(
    "--school/--empty", default=False, help="Make the demonstration school, if nothing is there (see `lms seed`)."
)
@click.option("--reload", is_flag=True, help="Start again when the code changes.")
@click.pass_context
def up(
    ctx: click.Context,
    port: int,
    host: str,
    only: str | None,
    data: str | None,
    reset: bool,
    school: bool,
    reload: bool,
) -> None:
    """Run the whole platform in this process.

    Needs nothing else: databases are files in the data folder, events stay in the process. The same code runs on
    PostgreSQL, NATS or Kafka when the settings name them (see `lms config`). Ctrl-C or SIGTERM stops it cleanly.
    """
    began = time.perf_counter()
    if school and only:
        raise click.UsageError("the school needs every service: either --school or --only")
    if data is not None:
        ctx.find_root().obj["data"] = data
    settings_source = source(ctx, public_url=os.environ.get("LMS_PUBLIC_URL") or f"http://{host}:{port}")
    folder = Path(settings_source.load(Settings, "lms").data)
    if reset:
        _reset(folder)
    if reload:
        sys.exit(supervise([a for a in sys.argv[1:] if a not in ("--reload", "--reset")]))
    chosen = services(tuple(dict.fromkeys([*only.split(","), "gateway"])) if only else ())

    async def ready(platform: Platform) -> None:
        _welcome(platform, f"http://{host}:{port}", time.perf_counter() - began)
        if school:
            await make_while_running(platform)
        await print_school(platform)

    async def work() -> None:
        await run(
            chosen,
            settings_source,
            host=host,
            port=port,
            front="gateway",
            compose=composed if school else None,
            beside=lambda platform: ControlServer(platform, control_socket(folder)),
            ready=ready,
        )
        console.print("Stopped.")

    sys.exit(start(work))


def _reset(folder: Path) -> None:
    if not folder.exists():
        return
    strangers = [p.name for p in folder.iterdir() if not p.name.startswith((".lock", "control")) and not _ours(p)]
    if strangers:
        raise click.ClickException(f"{folder} holds files that are not the platform's ({', '.join(strangers[:3])})")
    with locked(folder):
        pass
    shutil.rmtree(folder)


def _ours(path: Path) -> bool:
    return path.name.endswith((".db", ".db-wal", ".db-shm", ".duckdb", ".duckdb.wal", ".master.key", ".tmp"))


def _welcome(platform: Platform, url: str, seconds: float) -> None:
    console.print(f"[bold]LMS platform[/] is ready after {seconds:.1f} s, with {len(platform.services)} services:\n")
    for one in platform.services.values():
        console.print(f"  [bold]{one.service.name:<13}[/]{one.service.summary}")
    console.print(f"\n  [bold]Look[/]          {url}/")
    console.print(f"  API           {url}/docs")
    console.print(f"  Events        {url}/docs/events")
    if platform.settings.profile == "dev":
        console.print(f"  Sandbox       {url}/dev/mailbox, {url}/dev/payments")
    console.print(f"  Documents     {url}/openapi.json, {url}/asyncapi.json")
    console.print(f"  Health        {url}/health/ready")
    console.print(f"  Metrics       {url}/metrics\n")
    settings = platform.settings
    events = "in this process" if settings.bus_url.startswith("memory") else settings.bus_url.partition(":")[0]
    console.print(f"  Data in {settings.data}/, events {events}. Try `make demo`. Ctrl-C stops.\n")


@click.command()
@click.argument("service")
@click.option("--port", "-p", default=8000, help="Where it listens.")
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--role", type=click.Choice(["api", "worker", "all"]), default="all", help="Answer requests, work, or both."
)
@click.pass_context
def serve(ctx: click.Context, service: str, port: int, host: str, role: Role) -> None:
    """Run one SERVICE as a process of its own.

    Events must reach the others: set LMS_BUS_URL to nats:// or kafka://, and LMS_JWKS_URL to where auth's keys are,
    e.g. http://127.0.0.1:9001/api/v1/auth/jwks.
    """
    [chosen] = services((service,))
    settings_source: Source = source(ctx)
    folder = Path(settings_source.load(Settings, service).data)

    def beside(platform: Platform) -> Any:
        return ControlServer(platform, control_socket(folder, service))

    async def ready(_platform: Platform) -> None:
        console.print(f"{service} ({role}) is ready on http://{host}:{port}")

    async def work() -> None:
        await run(
            [chosen],
            settings_source,
            host=host,
            port=port,
            front=service,
            role=role,
            alone=True,
            beside=beside if role != "worker" else None,
            ready=ready,
        )

    sys.exit(start(work))
