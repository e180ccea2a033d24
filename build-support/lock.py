"""Does requirements.lock still answer pyproject.toml? Its first line says for which requirements it was made.

`lock.py stamp` writes that line (`make lock`), `lock.py check` compares
(`make lock-check`) without a network. A lock edited or merged by hand is stale too.
"""

import hashlib
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
MARK = "# made by `make lock`; do not edit; of "
IRRELEVANT = {"python-preference", "required-version"}


def digest(lock: str) -> str:
    """Of what the resolver is asked (nothing else in pyproject.toml) and what it answered."""
    toml = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = toml["project"]
    uv = {k: v for k, v in toml.get("tool", {}).get("uv", {}).items() if k not in IRRELEVANT}
    asked = {
        "project": {k: project.get(k) for k in ("requires-python", "dependencies", "optional-dependencies")},
        "groups": toml.get("dependency-groups"),
        "uv": uv,
    }
    return hashlib.sha256((json.dumps(asked, sort_keys=True) + lock).encode()).hexdigest()[:32]


def main(verb: str) -> int:
    head, _, body = LOCK.read_text().partition("\n")
    if not head.startswith("#"):
        head, body = "", LOCK.read_text()
    line = MARK + digest(body)
    if verb == "stamp":
        LOCK.write_text(f"{line}\n{body}")
    elif head != line:
        print("requirements.lock does not answer pyproject.toml: make lock", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
