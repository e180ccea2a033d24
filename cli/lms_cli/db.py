"""`lms db`: migrations."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

import click
from alembic.util import CommandError

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.folder import locked
from lms_adapters.platform.settings import Settings
from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, migrate, render_difference
from lms_cli.control import operate
from lms_cli.operations import OperationFailed
from lms_cli.options import as_json, service_option, source
from lms_cli.output import console, show
from lms_cli.platform import services


@click.group()
def db() -> None:
    """Bring databases forward or back, and write new revisions."""


@db.command()
@service_option
@as_json
@click.pass_context
def status(ctx: click.Context, service: str | None, json: bool) -> None:
    """Where each database stands: the kernel's branch and the service's."""
    rows = operate("db.status", (service,) if service else (), source(ctx), service=service)
    asyncio.run(show(rows, json=json, empty="no databases"))


async def _migrate(ctx: click.Context, service: str | None, to: str, only: str | None) -> None:
    settings = source(ctx)
    with locked(Path(settings.load(Settings, "lms").data)):
        platform = Platform([s for s in services((service,) if service else ()) if s.tables is not None], settings)
        for one in platform.services.values():
            assert one.database is not None
            await one.database.open()
            try:
                applied = await migrate(one.database, one.service.revisions, to=to, only=only)
            except CommandError as error:
                raise OperationFailed(f"{one.service.name}: {error}") from error
            finally:
                await one.database.close()
            console.print(f"{one.service.name}: {', '.join(applied) or 'nothing to do'}")


@db.command()
@service_option
@click.pass_context
def upgrade(ctx: click.Context, service: str | None) -> None:
    """Bring databases to the newest revision. `lms up` does this by itself."""
    asyncio.run(_migrate(ctx, service, "head", None))


@db.command()
@click.option("--service", "-s", required=True, help="Whose database.")
@click.argument("revision")
@click.confirmation_option(prompt="Going back drops tables and what is in them. Go on?")
@click.pass_context
def downgrade(ctx: click.Context, service: str, revision: str) -> None:
    """Take a service's own branch back to REVISION (`base` for before the first)."""
    asyncio.run(_migrate(ctx, service, revision, "service"))


@db.command()
@click.argument("service")
@click.option("--message", "-m", required=True, help="What it does, e.g. 'add cohorts'.")
def revision(service: str, message: str) -> None:
    """Write the next revision of SERVICE from the difference between its rows and its revisions."""
    [chosen] = services((service,))
    if chosen.tables is None or chosen.revisions is None:
        raise click.ClickException(f"{service} has no database")
    folder = chosen.revisions
    numbers = sorted(int(p.name[:4]) for p in folder.glob("[0-9]" * 4 + "_*.py"))
    number = (numbers[-1] if numbers else 0) + 1

    async def work() -> str | None:
        with tempfile.TemporaryDirectory() as scratch:
            database = open_database(f"sqlite:///{scratch}/scratch.db")
            await database.open()
            try:
                await migrate(database, folder)
                assert chosen.tables is not None
                if not await drift(database, chosen.tables):
                    return None
                return await render_difference(database, chosen.tables, f"{number:04}", f"{number - 1:04}", message)
            finally:
                await database.close()

    text = asyncio.run(work())
    if text is None:
        console.print(f"{service}: its revisions make its tables as they are; nothing to write")
        return
    path = folder / f"{number:04}_{re.sub(r'[^a-z0-9]+', '_', message.lower()).strip('_')}.py"
    path.write_text(text)
    console.print(f"wrote {path}: read it before you trust it")
