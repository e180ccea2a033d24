"""`lms up --reload`: a child runs the platform; when a source file changes it is stopped cleanly and started again."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

WATCHED = ("packages", "services", "cli")
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def fingerprint(root: Path) -> dict[str, int]:
    """Every source file and when it was changed, in nanoseconds."""
    return {
        str(path): path.stat().st_mtime_ns
        for folder in WATCHED
        for path in (root / folder).rglob("*.py")
        if not path.name.startswith(".")
    }


def supervise(arguments: list[str]) -> int:
    """Run `lms ARGUMENTS` over and over; the exit code of the last child once the operator stops it."""
    root = Path(__file__).resolve().parents[2]
    stopping = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while True:
        before = fingerprint(root)
        child = subprocess.Popen(
            [sys.executable, "-m", "lms_cli", *arguments],
            preexec_fn=_die_with_parent,  # noqa: PLW1509
            process_group=0,
            env=os.environ.copy(),
        )
        while child.poll() is None and not stopping.is_set() and fingerprint(root) == before:
            time.sleep(0.5)
        child.terminate()
        code = child.wait()
        if stopping.is_set():
            return code
        while fingerprint(root) == before:  # it fell over by itself: wait for a change
            if stopping.is_set():
                return code
            time.sleep(0.5)
        sys.stderr.write("lms: the code changed, starting again\n")
