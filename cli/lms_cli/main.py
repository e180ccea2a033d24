"""`lms`: the command line of the platform."""

from __future__ import annotations

from typing import Any

import click

from lms_adapters.platform.compose import VERSION
from lms_adapters.platform.run import EXPECTED
from lms_cli import admin, build, db, demo, events, jobs, seed, trace, up
from lms_cli.operations import OperationFailed, words
from lms_cli.platform import UnknownService
from lms_core.domain.errors import Refusal


class Ordered(click.Group):
    """Lists commands in the order they were added: running first, then looking after, then building."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """What an operator can mend, wherever it comes from, is one line and exit code 1."""
        try:
            return super().invoke(ctx)
        except Refusal as error:
            raise click.ClickException(words(error)) from error
        except (*EXPECTED, OperationFailed, UnknownService) as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=Ordered,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110, "show_default": True},
    epilog="Start with `lms up`. Every command works beside a running platform and says what it does with --help.",
)
@click.version_option(VERSION, prog_name="lms")
@click.option("--config", type=click.Path(exists=True, dir_okay=False), help="Settings file.  [default: lms.toml]")
@click.option("--data", metavar="DIR", help="Data folder.  [default: data]")
@click.pass_context
def lms(ctx: click.Context, config: str | None, data: str | None) -> None:
    """Run the LMS platform, look after it, and build on it."""
    ctx.obj = {"config": config, "data": data}


for command in (
    up.up,
    up.serve,
    seed.seed,
    demo.demo,
    admin.admin,
    events.events,
    trace.trace,
    jobs.jobs,
    db.db,
    build.config,
    build.plugins,
    build.check,
    build.openapi,
    build.asyncapi,
):
    lms.add_command(command)


def main() -> Any:
    """The entry point."""
    return lms()
