"""A refusal comes with the facts that it declares, which is what clients are told the types of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import msgspec

from lms_core.domain.errors import Refusal, Unavailable
from tests.architecture.house import ROOT, SERVICES
from tests.architecture.test_languages import KERNEL, places, refusals

BESIDE = {"errors", "after", "note"}
"""What has a place of its own in the answer."""


def raised() -> Iterator[tuple[str, type[Refusal], set[str]]]:
    """Each refusal that is made, with a place and its facts."""
    for owner in (KERNEL, *SERVICES):
        for path in places(owner):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                    kind = refusals().get(ast.unparse(node.func).rpartition(".")[2])
                    if kind is not None:
                        facts = {word.arg for word in node.keywords if word.arg is not None} - BESIDE
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", kind, facts


def declared(facts: type[Any]) -> tuple[set[str], set[str]]:
    """All facts of a kind, and those that are always there."""
    told = msgspec.inspect.type_info(facts)
    assert isinstance(told, msgspec.inspect.TypedDictType)
    return {field.name for field in told.fields}, {field.name for field in told.fields if field.required}


def test_facts_are_those_that_are_declared() -> None:
    wrong, seen = [], set()
    for where, kind, facts in raised():
        if kind.tells is not None:
            seen.add(kind)
            every, always = declared(kind.tells)
            if not always <= facts <= every:
                wrong.append(where)
    assert wrong == []
    declaring = {kind for kind in refusals().values() if vars(kind).get("tells") is not None}
    assert declaring <= seen, "each is made somewhere, and was looked at"


def test_a_services_refusals_declare_their_facts() -> None:
    """But for those of the way there, which are for operators: what is away, and for how long."""
    without = [
        where
        for where, kind, facts in raised()
        if facts
        and kind.tells is None
        and kind.__module__.startswith("services.")
        and not issubclass(kind, Unavailable)
    ]
    assert without == []
