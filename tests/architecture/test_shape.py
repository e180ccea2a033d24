"""Every service has the same tree, and one word names a capability in every room."""

from __future__ import annotations

import ast
import statistics
from dataclasses import is_dataclass
from functools import cached_property
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, SERVICES, folder, manifest, modules, sources, words

INNER = ("domain", "ports", "usecases")
ROOMS = (*INNER, "adapters", "adapters/http", "tests")
FILES = ("README.md", "BUILD", "__init__.py", "__main__.py", "service.py", "wiring.py", "settings.py")
TESTS = {"domain", "usecases", "adapters", "component"}


def test_there_are_services() -> None:
    assert "auth" in SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_rooms_and_fixed_files(service: str) -> None:
    here = folder(service)
    assert [room for room in ROOMS if not (here / room).is_dir()] == []
    assert [file for file in FILES if not (here / file).is_file()] == []
    assert words(here) == {Path(f).stem for f in FILES if f.endswith(".py")} - {"__init__"}
    rooms = {path.parent.relative_to(here).parts[0] for path in here.rglob("*.py") if path.parent != here}
    assert rooms == {"domain", "ports", "usecases", "adapters", "tests"}


@pytest.mark.parametrize("service", SERVICES)
def test_build_files_are_alike(service: str) -> None:
    assert (folder(service) / "BUILD").read_text() == f'lms_service("{service}")\n'


@pytest.mark.parametrize("service", SERVICES)
def test_main_files_are_alike(service: str) -> None:
    exemplar = (folder("auth") / "__main__.py").read_text()
    assert (folder(service) / "__main__.py").read_text() == exemplar.replace("services.auth", f"services.{service}")


@pytest.mark.parametrize("service", SERVICES)
def test_a_use_case_has_its_rules_or_its_promises_under_the_same_word(service: str) -> None:
    here = folder(service)
    assert words(here / "usecases") - words(here / "domain") - words(here / "ports") == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_port_is_needed_by_something_of_the_same_word(service: str) -> None:
    here = folder(service)
    assert words(here / "ports") - words(here / "domain") - words(here / "usecases") == set()


@pytest.mark.parametrize("service", SERVICES)
def test_an_endpoint_has_its_use_case_under_the_same_word(service: str) -> None:
    modules = {controller.__module__.rpartition(".")[2] for controller in manifest(service).controllers}
    assert modules - words(folder(service) / "usecases") == set()


@pytest.mark.parametrize("service", SERVICES)
def test_an_adapter_keeps_a_promise_of_the_same_word(service: str) -> None:
    here = folder(service)
    promised = words(here / "ports") | words(here / "usecases") | {"base"}
    for technology in (path for path in (here / "adapters").iterdir() if path.is_dir()):
        if technology.name not in ("http", "__pycache__"):
            assert words(technology) - private_helpers(technology) - promised == set(), technology.name


def private_helpers(technology: Path) -> set[str]:
    """Modules of an adapter's folder that only their neighbours import: they name no capability."""
    package = ".".join(technology.relative_to(ROOT).parts)
    known_outside: set[str] = set()
    for path in sources(ROOT / "services"):
        if path.parent == technology:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith(package):
                known_outside |= {node.module.removeprefix(package).lstrip(".")} | {a.name for a in node.names}
    return words(technology) - known_outside


@pytest.mark.parametrize("service", SERVICES)
def test_every_capability_is_tested_under_its_word(service: str) -> None:
    here = folder(service)
    tested = {path.stem.removeprefix("test_") for path in (here / "tests").rglob("test_*.py")}
    assert words(here / "usecases") - tested == set()
    rooms = {path.relative_to(here / "tests").parts[0] for path in (here / "tests").rglob("test_*.py")}
    assert rooms == TESTS


@pytest.mark.parametrize("service", SERVICES)
def test_entities_and_values_are_slotted(service: str) -> None:
    """But for those that remember what they worked out."""
    everything = (value for room in INNER for module in modules(service, room) for value in vars(module).values())
    kinds = {value for value in everything if isinstance(value, type) and is_dataclass(value)}
    loose = {kind for kind in kinds if "__slots__" not in vars(kind)}
    assert {kind for kind in loose if not any(isinstance(m, cached_property) for m in vars(kind).values())} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_files_are_short(service: str) -> None:
    lengths = [len(path.read_text().splitlines()) for path in sources(folder(service))]
    assert statistics.median(lengths) <= 60
    assert max(lengths) <= 300


@pytest.mark.parametrize("service", SERVICES)
def test_every_module_says_what_it_is(service: str) -> None:
    silent = [path for path in sources(folder(service)) if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []
