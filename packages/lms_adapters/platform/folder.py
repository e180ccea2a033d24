"""The data folder: one platform at a time, with a socket for the command line."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class FolderInUse(Exception):
    """Another process runs on this folder."""


@contextlib.contextmanager
def locked(data: Path, service: str | None = None) -> Iterator[None]:
    """Hold the folder for the whole platform, or for one service beside others. Raises FolderInUse with one line.

    One that is made here only its owner may look into: databases hold what is nobody else's business.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as held:
        held.enter_context(_lock(data / ".lock", data, shared=service is not None))
        if service is not None:
            held.enter_context(_lock(data / f".lock-{service}", data, shared=False))
        yield


@contextlib.contextmanager
def _lock(path: Path, data: Path, *, shared: bool) -> Iterator[None]:
    with path.open("a+") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            by = f" by process {pid}" if (pid := file.read().strip()) else ""
            raise FolderInUse(
                f"the data folder {data} is in use{by}; stop that one, or choose another folder with --data DIR"
            ) from error
        if not shared:
            file.seek(0)
            file.truncate()
            file.write(str(os.getpid()))
            file.flush()
        yield


def control_socket(data: Path, service: str | None = None) -> Path:
    """Where a running platform (or one service of it) listens for the command line."""
    return data / (f"control-{service}.sock" if service else "control.sock")
