"""`lms admin`: the first administrator."""

from __future__ import annotations

import click

from lms_cli.control import operate
from lms_cli.operations import Row
from lms_cli.options import as_json, source
from lms_cli.output import awaited, console, show


@click.group()
def admin() -> None:
    """Make administrators."""


@admin.command()
@click.argument("email")
@click.option("--name", default="Administrator", help="Display name.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@as_json
@click.pass_context
def create(ctx: click.Context, email: str, name: str, password_stdin: bool, json: bool) -> None:
    """Make an account with the role admin for EMAIL and print its password, once."""
    password = click.get_text_stream("stdin").readline().rstrip("\n") if password_stdin else None
    rows: list[Row] = []

    async def work() -> None:
        async for row in operate("admin.create", ("auth",), source(ctx), email=email, name=name, password=password):
            rows.append(row)
        if json:
            await show(_again(rows), json=True, empty="")

    awaited(work())
    if json:
        return
    [made] = rows
    console.print(f"{made['email']} is an administrator.")
    if "password" in made:
        console.print(f"Password: [bold]{made['password']}[/]  (shown this once)")


async def _again(rows: list[Row]):  # type: ignore[no-untyped-def]
    for row in rows:
        yield row
