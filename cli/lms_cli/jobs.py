"""`lms jobs`: what is to be done, and what was given up."""

from __future__ import annotations

import asyncio

import click

from lms_cli.control import operate
from lms_cli.options import as_json, service_option, source
from lms_cli.output import show


@click.group()
def jobs() -> None:
    """Look at durable jobs, and mend what went wrong with them."""


@jobs.command("list")
@service_option
@click.option("--dead", is_flag=True, help="Those that were given up, with what they said.")
@as_json
@click.pass_context
def listing(ctx: click.Context, service: str | None, dead: bool, json: bool) -> None:
    """Open jobs by due time."""
    rows = operate("jobs.list", (service,) if service else (), source(ctx), service=service, dead=dead)
    asyncio.run(show(rows, json=json, empty="no jobs"))


@jobs.command()
@click.argument("service")
@click.argument("id")
@as_json
@click.pass_context
def requeue(ctx: click.Context, service: str, id: str, json: bool) -> None:
    """Give the dead job ID of SERVICE its attempts again, now."""
    asyncio.run(show(operate("jobs.requeue", (service,), source(ctx), service=service, id=id), json=json, empty=""))


@jobs.command()
@click.argument("service")
@click.argument("id")
@as_json
@click.pass_context
def cancel(ctx: click.Context, service: str, id: str, json: bool) -> None:
    """Take the job ID of SERVICE out of the queue."""
    asyncio.run(show(operate("jobs.cancel", (service,), source(ctx), service=service, id=id), json=json, empty=""))
