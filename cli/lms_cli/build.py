"""Commands for those who build on the platform: settings, plugins, checks, documents."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click
import msgspec

from lms_adapters.platform.compose import VERSION
from lms_adapters.platform.documents import asyncapi as events_document
from lms_adapters.platform.settings import BadSettings
from lms_cli.control import operate
from lms_cli.operations import Row
from lms_cli.options import as_json, service_option, source
from lms_cli.output import console, show
from lms_cli.platform import plugins as found_plugins, services


@click.command()
@service_option
@as_json
@click.pass_context
def config(ctx: click.Context, service: str | None, json: bool) -> None:
    """Every setting, its value and its origin; secrets are masked.

    LMS_COURSE_DATABASE_URL counts for course alone, LMS_DATABASE_URL for all; in lms.toml tables [course], [lms].
    """
    settings = source(ctx)

    async def rows() -> AsyncIterator[Row]:
        for one in services((service,) if service else ()):
            try:
                _, origins = settings.load_with_origins(one.settings, one.name)
            except BadSettings as error:
                raise click.ClickException(f"{one.name}: {error}") from error
            for origin in origins:
                yield {"service": one.name, "setting": origin.name, "value": origin.value, "from": origin.source}

    asyncio.run(show(rows(), json=json, empty="no settings"))


@click.group()
def plugins() -> None:
    """Services that are installed, ours and others'."""


@plugins.command("list")
@as_json
def plugins_list(json: bool) -> None:
    """Where each service comes from, and what became of it."""

    async def rows() -> AsyncIterator[Row]:
        for plugin in found_plugins():
            yield {"service": plugin.name, "source": plugin.source, "version": plugin.version, "state": plugin.state}

    asyncio.run(show(rows(), json=json, empty="no plugins"))


@click.command()
@as_json
@click.pass_context
def check(ctx: click.Context, json: bool) -> None:
    """Look at everything that can be wrong with an installation.

    Databases, migrations, schemas, dead letters, the bus. Exits 1 when something is wrong.
    """
    bad = 0

    async def rows() -> AsyncIterator[Row]:
        nonlocal bad
        async for row in operate("check", (), source(ctx)):
            bad += not row["ok"]
            yield row if json else {"": "ok" if row["ok"] else "BAD", "what": row["what"], "detail": row["detail"]}

    asyncio.run(show(rows(), json=json, empty=""))
    if bad:
        if not json:
            console.print("One thing is wrong" if bad == 1 else f"{bad} things are wrong")
        ctx.exit(1)


def _write(document: dict[str, Any], path: str) -> None:
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    if path == "-":
        sys.stdout.write(text)
    else:
        Path(path).write_text(text)
        console.print(f"wrote {path}")


output = click.option("--output", "-o", default="-", help="File to write; - is standard output.")


@click.command()
@output
@click.pass_context
def openapi(ctx: click.Context, output: str) -> None:
    """The merged OpenAPI 3.1 document of all services."""

    async def work() -> dict[str, Any]:
        [row] = [row async for row in operate("openapi", (), source(ctx), at=("gateway",))]
        return row["document"]  # type: ignore[no-any-return]

    _write(asyncio.run(work()), output)


@click.command()
@output
def asyncapi(output: str) -> None:
    """The merged AsyncAPI 3 document of all services."""
    _write(events_document.merged(services(), VERSION), output)
