"""`lms seed`: the demonstration school, and who may sign in to it."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.folder import locked
from lms_adapters.platform.service import Service
from lms_adapters.platform.settings import Settings, Source
from lms_adapters.telemetry import logging
from lms_cli.options import as_json, source
from lms_cli.output import console

if TYPE_CHECKING:  # the school needs every service: only who asks for it waits for them
    from lms_cli.school.seeding import Shown
    from services.auth.domain.demonstration import DemoAccount


@click.command()
@as_json
@click.pass_context
def seed(ctx: click.Context, json: bool) -> None:
    """Make a demonstration school: people, courses and six weeks of learning.

    An administrator, two instructors, forty learners and four courses, one of them paid and one with a prerequisite,
    made by the services' own use cases as if it had happened over the last six weeks. It takes an empty data folder;
    what was interrupted is gone on with, and where other people were first it is refused. `lms up --school` does the
    same while the platform runs. Everybody's password is the same, so the profile production refuses it.
    """
    settings_source = source(ctx)
    settings = settings_source.load(Settings, "lms")
    logging.configure(settings.log, "warning")

    async def work() -> int:
        from lms_cli.school.seeding import make_alone

        with locked(Path(settings.data)), steps_as_json() if json else progress() as shown:
            return (await make_alone(settings_source, shown)).steps

    began = time.perf_counter()
    steps = asyncio.run(work())
    if not json:
        console.print(f"{_made(steps, time.perf_counter() - began)}\n")
    from lms_cli.school.people import LEARNERS, STAFF

    print_accounts([person.account for person in (*STAFF, *LEARNERS)], json=json)


def composed(services: Sequence[Service], settings_source: Source) -> Platform:
    """For `lms up --school`: a platform on which the school can be made. Raises BadSettings."""
    from lms_cli.school.seeding import compose

    return compose(services, settings_source)


async def make_while_running(platform: Platform) -> None:
    """The school, on such a platform, unless others were here first; then its workers begin."""
    from lms_cli.school.seeding import ForeignData, make_school

    began = time.perf_counter()
    steps = 0
    with suppress(ForeignData), progress() as shown:
        steps = (await make_school(platform, shown)).steps
    platform.start_workers()
    if steps:
        console.print(_made(steps, time.perf_counter() - began))


async def print_school(platform: Platform) -> None:
    """Who may sign in, where the school is."""
    if "auth" not in platform.services:
        return
    from services.auth.usecases.demonstration import ListDemoAccounts

    async with platform.container("auth")() as scope:
        accounts = await (await scope.get(ListDemoAccounts))()
    if accounts:
        print_accounts(accounts)


def _made(steps: int, seconds: float) -> str:
    return f"The school was made in {seconds:.1f} s ({steps} steps)." if steps else "The school is there already."


@contextmanager
def progress() -> Iterator[Shown]:
    """A bar, from the first step on; a line for each quarter where it is no terminal that is written to."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("")

    def shown(done: int, total: int, at: datetime) -> None:
        bar.start()
        bar.update(task, completed=done, total=total, description=f"Making a school: {at:%e %B}")
        if bar.disable and done * 4 // total > (done - 1) * 4 // total:
            console.print(f"Making a school: {at:%e %B}, {done} of {total} steps")

    try:
        yield shown
    finally:
        bar.stop()


@contextmanager
def steps_as_json() -> Iterator[Shown]:
    """A line for each step."""

    def shown(done: int, total: int, at: datetime) -> None:
        sys.stdout.write(msgspec.json.encode({"step": done, "of": total, "at": at}).decode() + "\n")
        sys.stdout.flush()

    yield shown


def print_accounts(accounts: list[DemoAccount], *, json: bool = False) -> None:
    """Who may sign in; to people only those whose story is worth a look."""
    if json:
        for account in accounts:
            click.echo(msgspec.json.encode(account).decode())
        return
    from lms_cli.school.people import WORDS
    from services.auth.domain.demonstration import PASSWORD

    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
    for email, words in WORDS.items():
        table.add_row(email, words)
    console.print(f"  Sign in with the password [bold]{PASSWORD}[/] as\n")
    console.print(table)
    console.print(f"  … or another of {len(accounts)}: GET /api/v1/auth/demo-accounts\n")
