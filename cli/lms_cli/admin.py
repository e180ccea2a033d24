"""`lms admin`: the first administrator."""

from __future__ import annotations

import asyncio
import sys

import click
import msgspec

from lms_cli.control import operate
from lms_cli.operations import Row
from lms_cli.options import as_json, source
from lms_cli.output import console


@click.group()
def admin() -> None:
    """Make administrators, the first of an installation among them."""


@admin.command()
@click.argument("email")
@click.option("--name", default="Administrator", help="Display name.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of inviting them.")
@as_json
@click.pass_context
def create(ctx: click.Context, email: str, name: str, password_stdin: bool, json: bool) -> None:
    """Make an account with the role admin for EMAIL, and print how to choose its password: once, within a day.

    Until that was done, the same command makes a new invitation in place of the one before.
    """
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None

    async def work() -> Row:
        asked = operate("admin.create", ("auth",), source(ctx), email=email, name=name, password=password)
        [row] = [row async for row in asked]
        return row

    made = asyncio.run(work())
    if json:
        click.echo(msgspec.json.encode(made).decode())
        return
    console.print(f"{made['email']} is an administrator.")
    if "token" in made:
        body = msgspec.json.encode({"token": made["token"], "password": "…"}).decode()
        console.print("To choose a password, once, within 24 hours:")
        click.echo(f"curl {made['url']} --json '{body}'")
