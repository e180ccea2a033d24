"""`lms trace`: what a request caused, as a tree."""

from __future__ import annotations

import asyncio
import sys

import click
import msgspec
from rich.text import Text
from rich.tree import Tree

from lms_cli.control import operate
from lms_cli.options import as_json, source
from lms_cli.output import console
from lms_core.domain.time import from_ms
from lms_core.domain.traces import Node, Step, Story, find_trace_id, tell

_STYLES = {"dead": "bold red", "backing-off": "yellow", "parked": "yellow", "waiting": "yellow", "failed": "red"}


@click.command()
@click.argument("id")
@as_json
@click.pass_context
def trace(ctx: click.Context, id: str, json: bool) -> None:
    """Tell the story of a trace: what a request caused.

    The request, its events, who took them, jobs, mails and invoices as a tree, with times.
    ID is the trace id of an answer, a log line, an invoice or a mail; a whole traceparent is understood too.
    """
    trace_id = find_trace_id(id)
    if trace_id is None:
        raise click.BadParameter("a trace id is 32 hexadecimal digits", ctx, param_hint="ID")

    async def steps() -> list[Step]:
        rows = operate("trace", (), source(ctx), trace_id=trace_id)
        return [msgspec.convert(row, Step) async for row in rows]

    story = tell(trace_id, asyncio.run(steps()))
    if story is None:
        raise click.ClickException(f"nothing is known of trace {trace_id}")
    if json:
        sys.stdout.write(msgspec.json.encode(story).decode() + "\n")
        return
    console.print(_tree(story))


def _tree(story: Story) -> Tree:
    state = "complete" if story.complete else "not complete yet"
    began = from_ms(story.began).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    head = Text.assemble(
        ("Trace ", "bold"), story.trace_id, (f"  {began} UTC, {story.ended - story.began} ms, {state}", "dim")
    )
    top = Tree(head, guide_style="dim")
    todo = [(top, node) for node in reversed(story.roots)]
    while todo:
        above, node = todo.pop()
        branch = above.add(_line(node, story.began))
        todo += [(branch, child) for child in reversed(node.then)]
    return top


def _line(node: Node, began: int) -> Text:
    step = node.step
    took = "" if step.ended is None else f", {step.ended - step.at} ms"
    line = Text.assemble(
        (f"{step.kind:<8} ", "dim"),
        (step.title, "bold" if step.kind == "event" else ""),
        f"  {step.service}" if step.kind in ("record", "event") else "",
        (f"  {step.state}", _STYLES.get(step.state, "green")) if step.state else "",
        (f"  +{step.at - began} ms{took}", "dim"),
    )
    if step.due is not None:
        line.append(
            f"  for {from_ms(step.due).isoformat(sep=' ', timespec='seconds').removesuffix('+00:00')} UTC", "dim"
        )
    if step.error:
        line.append(f"  {step.error}, attempt {step.attempts}", "yellow")
    return line
