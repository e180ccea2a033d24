"""The story of a trace: what a request caused, from the events and jobs to the mails and the invoice, as a tree.

It is told from rows that carry the trace's id anyway, and says what happened, where and when, never what was in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

Kind = Literal["request", "event", "consumer", "job", "record"]
_ORDER = ("record", "event", "job", "consumer", "request")
"""Of what happened in the same millisecond."""
_OPEN = {"event": {"waiting"}, "consumer": {"ready", "parked", "backing-off"}, "job": {"open"}}
_SLACK_MS = 50
"""How far apart two clocks may be that saw the same request."""
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row that carries the trace's id."""

    kind: Kind
    service: str
    name: str
    """The event's type, the subscription, the job, what the row is (`invoice 2026-000001`), or the request."""
    at: int
    """When it was recorded, received, enqueued or begun: Unix milliseconds."""
    ended: int | None = None
    due: int | None = None
    """When a job begins that is planned for later: the story does not wait for it."""
    state: str = ""
    attempts: int = 0
    error: str = ""
    """What kind of error came last."""
    by: str = ""
    """The span it was made in."""
    span: str = ""
    """The span that it ran in: what was made there follows from it."""
    event: str = ""
    """The event's id, in an event and in its consumers."""

    @property
    def title(self) -> str:
        """Its name, or what can be said of a request that nobody remembers."""
        return self.name or f"request to {self.service}"

    @property
    def open(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in _OPEN.get(self.kind, ())


class Node(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A step, and what followed from it."""

    step: Step
    then: list[Node] = []


class Story(msgspec.Struct, kw_only=True):
    """A trace from its beginning."""

    trace_id: str
    began: int
    ended: int
    complete: bool
    """Nothing is waiting but what is planned for later, and every service was asked."""
    missing: list[str]
    """Services that could not be asked."""
    roots: list[Node]

    def walk(self) -> Iterator[tuple[int, Step]]:
        """Every step with its depth, in the order of telling."""
        todo = [(0, node) for node in reversed(self.roots)]
        while todo:
            depth, node = todo.pop()
            yield depth, node.step
            todo += [(depth + 1, child) for child in reversed(node.then)]


def find_trace_id(text: str) -> str | None:
    """The trace id in what somebody pasted: the id itself, a traceparent, a problem document."""
    found = _ID.search(text.lower())
    return found[0] if found is not None and found[0].strip("0") else None


def tell(trace_id: str, steps: Iterable[Step], missing: Iterable[str] = ()) -> Story | None:
    """The steps as a tree; None when there are none.

    A consumer follows from its event; events, jobs and records follow from the consumer or the job in whose span they
    were made. What was made in no such span was made by a request. A job that puts itself into the queue again is told
    below the first of its kind, not ever deeper.
    """
    ordered = sorted(steps, key=lambda step: (step.at, _ORDER.index(step.kind)))
    if not ordered:
        return None
    nodes = [Node(step=step, then=[]) for step in ordered]
    events = {node.step.event: node for node in nodes if node.step.kind == "event"}
    spans = {(n.step.service, n.step.span): n for n in nodes if n.step.span}
    requests = [node for node in nodes if node.step.kind == "request"]
    roots = list(requests)
    firsts: dict[int, Node] = {}
    for node in nodes:
        step = node.step
        if step.kind == "request":
            continue
        if step.kind == "consumer":
            parent = events.get(step.event)
        else:
            parent = spans.get((step.service, step.by))
            if parent is None:
                parent = _request(step, requests)
                if parent not in roots:
                    roots.append(parent)
                spans[step.service, step.by] = parent
            if step.kind == parent.step.kind == "job" and step.name == parent.step.name:
                parent = firsts[id(node)] = firsts.get(id(parent), parent)
        (roots if parent is None else parent.then).append(node)
    ends = [step.at if step.ended is None else step.ended for step in ordered]
    missing = sorted(missing)
    return Story(
        trace_id=trace_id,
        began=ordered[0].at,
        ended=max(ends),
        complete=not missing and not any(step.open for step in ordered),
        missing=missing,
        roots=sorted(roots, key=lambda node: node.step.at),
    )


def _request(step: Step, requests: list[Node]) -> Node:
    """The request that a step belongs to: the one that was under way in its service then, or one that nobody saw."""
    for node in requests:
        seen = node.step
        end = seen.at if seen.ended is None else seen.ended
        if seen.service == step.service and seen.at - _SLACK_MS <= step.at <= end + _SLACK_MS:
            return node
    return Node(step=Step(kind="request", service=step.service, name="", at=step.at), then=[])
