"""From `lms up` to ready, and what it costs to do nothing."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.process import REPOSITORY, Measured, environment, measured
from benchmarks.report import progress, table
from tests.engines.process import free_port

_OURS = ("packages", "cli", "services")
_Run = tuple[float, float]


def measure(runs: int, idle: float) -> list[str]:
    """The lines of the report."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as name:
        folder = Path(name)
        _start(folder, {})  # compiles everything
        kinds: dict[str, tuple[Callable[[], object], dict[str, str]]] = {
            "no bytecode at all, empty data folder": (lambda: _empty(folder), {"PYTHONDONTWRITEBYTECODE": "1"}),
            "cold: libraries compiled, ours not, empty data folder": (lambda: _cold(folder), {}),
            "compiled, empty data folder": (lambda: shutil.rmtree(folder / "data", ignore_errors=True), {}),
            "warm: compiled, data folder of before": (lambda: None, {}),
        }
        for kind, (prepare, more) in kinds.items():
            taken: list[_Run] = []
            for run in range(runs):
                prepare()
                if kind.startswith("no bytecode"):
                    more = {**more, "PYTHONPYCACHEPREFIX": str(folder / "nothing")}
                taken.append(_start(folder, more))
                progress(f"{kind} {run + 1}/{runs}: {taken[-1][0]:.2f} s, {taken[-1][1]:.2f} s of CPU")
            rows.append((kind, f"{median(w for w, _ in taken):.2f}", f"{median(c for _, c in taken):.2f}"))
        rest = _rest(folder, idle)
    return [
        *table(("`lms up`, start to ready (medians)", "seconds", "CPU seconds"), rows),
        "",
        *table(("at rest, all services in one process", ""), rest),
    ]


def _empty(folder: Path) -> None:
    shutil.rmtree(folder / "data", ignore_errors=True)
    shutil.rmtree(folder / "nothing", ignore_errors=True)


def _cold(folder: Path) -> None:
    shutil.rmtree(folder / "data", ignore_errors=True)
    for part in _OURS:
        shutil.rmtree(folder / "bytecode" / (REPOSITORY / part).relative_to("/"), ignore_errors=True)


def _up(port: int) -> list[str]:
    return [sys.executable, "-m", "lms_cli", "up", "--port", str(port)]


def _start(folder: Path, more: dict[str, str]) -> _Run:
    port = free_port()
    with measured(_up(port), environment(folder, **more), folder / "log") as server:
        seconds = server.wait_ready(f"http://127.0.0.1:{port}/health/ready")
        return seconds, server.cpu()


def _rest(folder: Path, idle: float) -> list[tuple[str, str]]:
    port = free_port()
    with measured(_up(port), environment(folder), folder / "log") as server:
        server.wait_ready(f"http://127.0.0.1:{port}/health/ready")
        time.sleep(2)
        resident, share = server.memory()
        progress(f"looking at the platform at rest for {idle:.0f} s")
        return [
            ("resident memory (RSS)", f"{resident:.0f} MB"),
            ("proportional share (PSS)", f"{share:.0f} MB"),
            (f"CPU over {idle:.0f} s", f"{_idle(server, idle):.2f} % of a core"),
        ]


def _idle(server: Measured, seconds: float) -> float:
    before = server.cpu()
    time.sleep(seconds)
    return (server.cpu() - before) / seconds * 100
