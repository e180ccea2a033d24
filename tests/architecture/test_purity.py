"""Nothing blocks the event loop, and inside the rooms time, ids and chance come through ports."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.house import ROOT, SERVICES, calls, folder, sources

BLOCKING = re.compile(
    r"time\.sleep|open|input|os\.(system|popen|wait)|subprocess\.\w+|requests\.\w+|urllib\.request\.\w+|httpx\.(get|post)"
    r"|socket\.(create_connection|getaddrinfo|gethostbyname)|sqlite3\.connect|shutil\.\w+"
    r"|.*\.(read_text|read_bytes|write_text|write_bytes)"
)
IMPURE = re.compile(
    r"(.*\.)?(datetime|date)\.(now|utcnow|today)|time\.(time|monotonic|perf_counter)(_ns)?"
    r"|(uuid\.)?uuid[147]|(random|secrets)\.\w+|os\.(urandom|getenv)|open|print"
)


def functions_on_the_loop(tree: ast.AST) -> list[ast.AsyncFunctionDef]:
    """Coroutines, without the plain functions inside them: those may be on their way to a thread."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    for function in found:
        function.body = [s for s in function.body if not isinstance(s, ast.FunctionDef)]
    return found


@pytest.mark.parametrize("top", ["packages", "services"])
def test_nothing_obvious_blocks_the_event_loop(top: str) -> None:
    blocking = []
    for path in sources(ROOT / top):
        if "testing" in path.parts:
            continue
        for function in functions_on_the_loop(ast.parse(path.read_text())):
            blocking += [f"{path}:{line} {name}" for name, line in calls(function) if BLOCKING.fullmatch(name)]
    assert blocking == []


@pytest.mark.parametrize("service", SERVICES)
def test_time_ids_and_chance_come_through_ports(service: str) -> None:
    impure = []
    for room in ("domain", "ports", "usecases"):
        for path in sources(folder(service) / room):
            impure += [f"{path}:{n} {name}" for name, n in calls(ast.parse(path.read_text())) if IMPURE.fullmatch(name)]
    assert impure == []


def test_only_the_database_says_that_it_is_away() -> None:
    """A worker tells by it whether an event failed, or the store that all of them share."""
    raising = [
        path.relative_to(ROOT)
        for top in ("packages", "services", "cli")
        for path in sources(ROOT / top)
        if any(name.endswith("StoreUnavailable") for name, _ in calls(ast.parse(path.read_text())))
    ]
    assert raising
    assert [str(path) for path in raising if not path.is_relative_to("packages/lms_adapters/sql")] == []
