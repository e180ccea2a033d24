"""The platform as operators run it, for tests: as one process, or as one per service. Real processes, real HTTP."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from lms_adapters.platform.settings import Source
from lms_cli.control import operate
from lms_cli.operations import Row
from lms_cli.platform import BUILT_IN
from tests.engines.process import family as descendants, free_port, is_running

SERVICES = tuple(BUILT_IN)
START_SECONDS = 90.0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class RunningPlatform:
    """Processes of the command line, and where they answer."""

    def __init__(
        self, folder: Path, environ: Mapping[str, str], *, alone: bool = False, options: tuple[str, ...] = ()
    ) -> None:
        """`alone`: each service is its own process; `environ` must then name a bus that reaches them.

        `options` are those of `lms up`.
        """
        self.data = folder / "data"
        self._folder = folder
        self._alone = alone
        self._options = options
        self._ports = {name: free_port() for name in (SERVICES if alone else ("gateway",))}
        self.url = f"http://127.0.0.1:{self._ports['gateway']}"
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("LMS_")},
            "LMS_DATA": str(self.data),
            "LMS_LOG": "json",
            "LMS_LOG_LEVEL": "warning",
            **environ,
        }
        if alone:
            upstreams = ",".join(f"{n}=http://127.0.0.1:{p}" for n, p in self._ports.items() if n != "gateway")
            self.environ |= {
                "LMS_JWKS_URL": f"http://127.0.0.1:{self._ports['auth']}/api/v1/auth/jwks",
                "LMS_GATEWAY_UPSTREAMS": upstreams,
            }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def source(self) -> Source:
        """The settings the processes see."""
        return Source(self.environ, self._folder / "no.toml")

    def operate(self, name: str, only: tuple[str, ...], /, **arguments: Any) -> AsyncIterator[Row]:
        """An operation through the control sockets."""
        return operate(name, only, self.source, **arguments)

    def start(self, *names: str) -> None:
        """Start (all or these) and wait until each says it is ready."""
        chosen = names or tuple(self._ports)
        for name in chosen:
            port = str(self._ports[name])
            command = ["serve", name, "--port", port] if self._alone else ["up", "--port", port, *self._options]
            log = (self._folder / f"{name}.log").open("ab")
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "lms_cli", *command],
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  no threads here
            )
            log.close()
        for name in chosen:
            self._wait_ready(name)

    def _wait_ready(self, name: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        url = f"http://127.0.0.1:{self._ports[name]}/health/ready"
        while time.monotonic() < deadline:
            if self.processes[name].poll() is not None:
                break
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(url, timeout=2) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{name} did not become ready:\n{self.log(name)}")

    def kill(self, *names: str) -> None:
        """SIGKILL to all at once; returns when the processes and every child of them are gone."""
        killed = {name: self.processes.pop(name) for name in names or tuple(self.processes)}
        family = [pid for process in killed.values() for pid in descendants(process.pid)]
        for process in killed.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a session of its own
        for name, process in killed.items():
            process.wait()
            deadline = time.monotonic() + 10
            while _group_lives(process.pid) or any(map(is_running, family)):
                assert time.monotonic() < deadline, f"children of {name} outlived it"
                time.sleep(0.01)

    def stop(self) -> dict[str, int]:
        """SIGTERM to all; their exit codes."""
        for process in self.processes.values():
            process.terminate()
        codes = {name: process.wait(timeout=30) for name, process in self.processes.items()}
        self.processes.clear()
        return codes

    def log(self, name: str) -> str:
        """What a process has said, its last lines."""
        path = self._folder / f"{name}.log"
        return path.read_text()[-6000:] if path.exists() else ""

    def logs(self) -> str:
        """What all have said."""
        return "\n".join(f"--- {name}\n{self.log(name)}" for name in self._ports)


def _group_lives(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] != "Z":
                return True
    return False


@contextlib.contextmanager
def running(
    folder: Path, environ: Mapping[str, str], *, alone: bool = False, options: tuple[str, ...] = ()
) -> Iterator[RunningPlatform]:
    """A platform for the length of the block; whatever is left of it is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    platform = RunningPlatform(folder, environ, alone=alone, options=options)
    try:
        platform.start()
        yield platform
    finally:
        platform.kill()
