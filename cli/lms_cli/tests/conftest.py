"""The command line in this process, on a folder of the test's own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lms_cli.main import lms as program


@dataclass
class Line:
    """`lms(...)` runs a command; `lms.rows(...)` runs it with --json and gives its rows."""

    data: Path

    def __call__(self, *words: str, input: str | None = None) -> Result:
        result = CliRunner().invoke(program, ["--data", str(self.data), *words], input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def rows(self, *words: str) -> list[dict[str, Any]]:
        result = self(*words, "--json")
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but the test's."""
    import os

    for name in [name for name in os.environ if name.startswith("LMS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def empty(tmp_path: Path) -> Line:
    """On a folder that is not there yet."""
    return Line(tmp_path / "data")


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated") / "data"
    assert Line(folder)("db", "upgrade").exit_code == 0
    return folder


@pytest.fixture
def lms(_migrated: Path, tmp_path: Path) -> Line:
    """On a folder whose databases are up to date."""
    shutil.copytree(_migrated, tmp_path / "data")
    return Line(tmp_path / "data")
