"""A process that is measured: its life, its CPU time and its memory, from outside."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Ours, without settings of the platform; bytecode goes to a folder of the benchmark."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LMS_") and k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "LMS_DATA": str(folder / "data"), "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), **more}


class Measured:
    """Reads /proc."""

    def __init__(self, process: subprocess.Popen[bytes], began: float) -> None:
        self.process = process
        self.began = began

    def cpu(self) -> float:
        """Seconds of CPU of all its threads until now."""
        nanoseconds = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):
                nanoseconds += int((task / "schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def memory(self) -> tuple[float, float]:
        """MB resident, and its proportional share of them."""
        fields = dict(
            line.split()[:2]
            for line in Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
            if line.startswith(("Rss:", "Pss:"))
        )
        return int(fields["Rss:"]) / 1024, int(fields["Pss:"]) / 1024

    def wait_ready(self, url: str, seconds: float = 120) -> float:
        """Until the URL answers 200; seconds since the start. Raises RuntimeError."""
        while time.perf_counter() - self.began < seconds and self.process.poll() is None:
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(url, timeout=5) as answer,
            ):
                if answer.status == 200:
                    return time.perf_counter() - self.began
            time.sleep(0.02)
        raise RuntimeError(f"{url} was not ready after {seconds:.0f} s (exit code {self.process.poll()})")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextlib.contextmanager
def measured(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator[Measured]:
    """The process for the length of the block, then SIGTERM."""
    with log.open("ab") as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=environ,
            cwd=REPOSITORY,
            stdout=out,
            stderr=out,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )
    try:
        yield Measured(process, began)
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{log.read_text()[-3000:]}") from error
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
