"""The first endpoint of a newcomer works: the page is applied to a copy of the service, and its own test is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.generated import DOCS, ROOT

_FILE = re.compile(r"^```(python|diff) file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def changed(text: str, diff: str) -> str:
    """The text with the change that a diff block shows. Its old lines must stand there once."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(old) == 1, f"these lines are not there: {old}"
    return text.replace(old, new)


def test_the_page_leads_to_an_endpoint(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "services/user", tmp_path / "services/user", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pytest.ini", "services/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    blocks = _FILE.findall((DOCS / "first-endpoint.md").read_text())
    assert len(blocks) == 8
    for language, name, shown in blocks:
        path = tmp_path / name
        assert path.exists() == (language == "diff"), name
        path.write_text(shown if language == "python" else changed(path.read_text(), shown))
    path = os.pathsep.join([str(tmp_path), str(ROOT / "packages"), str(ROOT / "cli"), str(ROOT), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", blocks[-1][1]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
