"""What an import brings along: nothing foreign in the kernel, no driver before one is opened, no room out of order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.house import ROOT, SERVICES, sources

DRIVERS = ("asyncpg", "nats", "aiokafka", "faststream", "redis", "duckdb", "aiohttp")


def run(*arguments: str) -> str:
    """A process of its own: what this one has imported must not count."""
    paths = os.pathsep.join(str(ROOT / top) for top in ("", "packages", "cli"))
    environ = os.environ | {"PYTHONPATH": paths, "COVERAGE_PROCESS_START": ""}
    done = subprocess.run(arguments, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def dotted(path: Path, top: Path) -> str:
    """A file as a module's name."""
    return ".".join(path.relative_to(top).with_suffix("").parts).removesuffix(".__init__")


def test_the_kernel_needs_the_standard_library_and_msgspec() -> None:
    modules = [dotted(path, ROOT / "packages") for path in sources(ROOT / "packages/lms_core")]
    modules = [m for m in modules if not m.startswith("lms_core.testing")]
    guard = """
import importlib, sys

class OnlyTheseMayBeFound:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("lms_core", "msgspec"):
            raise ImportError(f"lms_core imports {name}")

sys.meta_path.insert(0, OnlyTheseMayBeFound())
for module in sys.argv[1:]:
    importlib.import_module(module)
print(len(sys.argv) - 1)
"""
    assert int(run(sys.executable, "-c", guard, *modules)) == len(modules) > 20


def test_drivers_are_imported_when_they_are_opened() -> None:
    names = ["lms_adapters.platform.compose", *(f"services.{service}.service" for service in SERVICES)]
    look = "import importlib, sys; [importlib.import_module(m) for m in sys.argv[2:]]; "
    look += "print(*[d for d in sys.argv[1].split() if d in sys.modules])"
    assert run(sys.executable, "-c", look, " ".join(DRIVERS), *names) == ""


def test_the_import_rules_are_kept() -> None:
    run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
