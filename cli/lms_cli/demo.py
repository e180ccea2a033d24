"""`lms demo`: the three flows as stories, against a running platform or its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import click

from lms_adapters.platform.settings import Source
from lms_cli.api import Answer, Api, StoryBroke, eventually
from lms_cli.control import operate
from lms_cli.operations import Row
from lms_cli.options import source
from lms_cli.output import console
from lms_cli.stories import Stage, all_stories


@contextlib.contextmanager
def own_platform() -> Iterator[tuple[str, str]]:
    """A platform in a folder of its own: its URL and folder; gone with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="lms-demo-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms_cli", "up", "--port", str(port), "--data", folder],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LMS_LOG_LEVEL": "warning"},
            start_new_session=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", folder
        finally:
            process.terminate()
            process.wait(timeout=20)


async def tell(url: str, settings: Source) -> None:
    """All stories; raises StoryBroke when one breaks."""

    def ask(name: str, only: tuple[str, ...], /, **arguments: Any) -> AsyncIterator[Row]:
        return operate(name, only, settings, beside=True, **arguments)

    def heard(method: str, path: str, answer: Answer) -> None:
        console.print(f"    [dim]{method:<5} {path}  →  {answer.status}[/]", soft_wrap=True)

    async with Api.open(url) as api:

        async def up() -> bool | None:
            with contextlib.suppress(OSError):
                return (await api.ask("GET", "/health/ready")).status == 200 or None
            return None

        await eventually(up, f"a platform at {url}; start one with `make up`")
        api.heard = heard
        stage = Stage(api, ask, lambda words: console.print(f"  • {words}", soft_wrap=True))
        await all_stories(stage, lambda title: console.print(f"\n[bold]{title}[/]"))


@click.command()
@click.option("--url", help="A running platform, e.g. http://127.0.0.1:8000; without it the demo starts its own.")
@click.pass_context
def demo(ctx: click.Context, url: str | None) -> None:
    """Tell the platform's three flows as stories, over HTTP.

    Registration, enrollment (paid, declined, made good) and content, with the answers, the events, the mails and the
    trace id shown. Exits 1 when a story breaks.
    """
    began = time.perf_counter()
    with contextlib.ExitStack() as own:
        if url is None:
            url, folder = own.enter_context(own_platform())
            ctx.find_root().obj["data"] = str(Path(folder))
        try:
            asyncio.run(tell(url.rstrip("/"), source(ctx)))
        except StoryBroke as error:
            raise click.ClickException(str(error)) from error
    console.print(f"\nAll three stories held, in {time.perf_counter() - began:.1f} s.")
