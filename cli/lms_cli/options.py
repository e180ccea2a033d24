"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lms_adapters.platform.settings import Source

as_json = click.option("--json", "json", is_flag=True, help="A line of JSON a row, for programs.")
service_option = click.option("--service", "-s", help="Only this service.")


def source(ctx: click.Context, **overrides: Any) -> Source:
    """Where settings come from, with what was given on the command line on top. Raises BadSettings."""
    given = ctx.find_root().obj
    return Source(
        file=Path(given["config"]) if given["config"] else None, overrides={"data": given["data"], **overrides}
    )
