"""What there is, is written about; what is written about, is there."""

from __future__ import annotations

import ast
import re
import subprocess
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from lms_cli.platform import BUILT_IN, services
from tests.docs.generated import DOCS, ROOT, commands

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def targets() -> set[str]:
    [phony] = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    return set(phony.split())


def test_make_commands_exist() -> None:
    for path in WRITTEN:
        for block in re.findall(r"`(make [^`\n]+)`|^(make .+)$", path.read_text(), re.MULTILINE):
            words = re.sub(r"\s+#.*| [A-Z]+=.*|;.*", "", block[0] or block[1]).split()[1:]
            assert set(words) - targets() == set(), (path.name, block)


def test_make_help_lists_every_target() -> None:
    listed = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")} == targets()


def test_make_alone_is_make_help() -> None:
    assert ".DEFAULT_GOAL := help" in MAKEFILE


def test_lms_commands_exist() -> None:
    known = {name for name, _ in commands()}
    for path in WRITTEN:
        for said in re.findall(r"(?:`|^)lms ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", path.read_text(), re.MULTILINE):
            assert {f"lms {said}", f"lms {said.split()[0]}"} & known, (path.name, said)


def test_the_readme_has_every_command() -> None:
    for name, _ in commands():
        group, _, verb = name.removeprefix("lms ").partition(" ")
        assert re.search(rf"\blms {group}\b" + (rf"[^\n]*\b{verb}\b" if verb else ""), README), name


def by_url_calls() -> Iterator[tuple[str, str]]:
    """Each port whose adapter is chosen by URL, with each scheme that is known."""
    for top in (ROOT / "packages", ROOT):
        for path in sorted([*top.glob("lms_*/**/*.py"), *top.glob("services/**/*.py")]):
            module = ".".join(path.relative_to(top).with_suffix("").parts)
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "by_url" and ".tests." not in module:
                    port, _, schemes = call.args
                    known = (
                        getattr(import_module(module), schemes.id)
                        if isinstance(schemes, ast.Name)
                        else ast.literal_eval(schemes)
                    )
                    yield from ((ast.literal_eval(port), scheme) for scheme in known)


def test_every_scheme_is_mentioned() -> None:
    schemes = set(by_url_calls())
    assert {("database", "postgresql"), ("bus", "kafka"), ("broadcast", "redis")} <= schemes
    configuration, architecture = (DOCS / "configuration.md").read_text(), (DOCS / "architecture.md").read_text()
    assert [(port, scheme) for port, scheme in schemes if f"{scheme}://" not in configuration] == []
    assert [(port, scheme) for port, scheme in schemes if f"`{scheme}`" not in architecture] == []


@pytest.mark.parametrize("service", BUILT_IN)
def test_the_readme_tells_of_every_service(service: str) -> None:
    [manifest] = services((service,))
    [row] = [line for line in README.splitlines() if line.startswith(f"| [{service}](")]
    _, _, _, paths, sends, takes, _ = (cell.strip() for cell in row.split("|"))
    names = {event.__name__ for event in manifest.publishes}
    assert set(filter(None, sends.split(", "))) == names
    assert set(re.findall(r"`([^`]+)`", paths)) == set(manifest.routes)
    if any(s.everything for s in manifest.subscribes):
        assert takes == "every event"
    else:
        received = {e.__name__ for s in manifest.subscribes for e in s.events} - names
        assert set(filter(None, takes.split(", "))) == received


def test_code_that_is_shown_is_the_code() -> None:
    sources = "\n".join(path.read_text() for path in sorted((ROOT / "services/course").rglob("*.py")))
    shown = re.findall(r"^```python\n(.*?)^```", (DOCS / "architecture.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(shown) == 3
    for block in shown:
        assert textwrap.dedent(block).strip() in textwrap.dedent(sources) or block.rstrip() in sources


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_that_are_named_are_there(path: Path) -> None:
    for name in re.findall(r"`((?:packages|services|cli|tests|docs)/[\w./-]+)`", path.read_text()):
        assert (ROOT / name).exists(), name
