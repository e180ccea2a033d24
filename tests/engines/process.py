"""Processes, ports and folders: the parts of starting a server that are easy to get slightly wrong."""

import fcntl
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

POLL = 0.02
PREFIX = "lms-engine-"

# "Dies with its parent" means, to Linux, with the *thread* that started it. An engine restarted from
# `asyncio.to_thread` would die when that test's pool is closed; so one thread, as old as the process, starts them all.
_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engines")


def launch(command: Sequence[str], *, cwd: Path, log: Path, user: str | None) -> subprocess.Popen[bytes]:
    """Start a server that is killed when this process dies, and that Ctrl-C in the terminal does not reach."""
    setpriv = shutil.which("setpriv")
    guarded = [setpriv, "--pdeathsig", "KILL", *command] if setpriv else list(command)

    def spawn() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                guarded,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=group_of(user),
                extra_groups=[] if user else None,
            )

    return _launcher.submit(spawn).result()


def group_of(user: str | None) -> int | None:
    """The primary group of a user, for `subprocess`."""
    if user is None:
        return None
    return pwd.getpwnam(user).pw_gid


def until(condition: Callable[[], bool], timeout: float) -> bool:
    """Ask again every few milliseconds until the condition holds or the time is over; says which."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def is_running(pid: int) -> bool:
    """Whether a process still executes: a zombie nobody has collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    members = [pid]
    for member in members:  # grows while it is read
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                members.extend(int(child) for child in children.read_text().split())
            except (FileNotFoundError, ProcessLookupError):
                continue
    return members


def free_port() -> int:
    """A free loopback port *outside* the range that outgoing connections use.

    Inside that range a client that keeps reconnecting to a killed server sooner or later connects to itself, and the
    restarted server finds its own port taken.
    """
    low, high = _outgoing_ports()
    candidates = [port for port in range(15_000, 65_536) if not low <= port <= high]
    for port in [*random.sample(candidates, min(50, len(candidates))), 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free loopback port")


def _outgoing_ports() -> tuple[int, int]:
    try:
        low, high = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    except FileNotFoundError:  # not Linux: the range of RFC 6335
        return 49152, 65535
    return int(low), int(high)


class Folder:
    """A private temporary folder, locked for as long as its owner lives.

    A killed test run cannot tidy up after itself, so each new folder first removes those whose lock nobody holds.
    """

    def __init__(self, name: str) -> None:
        self._sweep()
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{name}-"))
        self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    @staticmethod
    def _sweep() -> None:
        for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
            try:
                if time.time() - lock.stat().st_mtime < 60:  # may be between its creation and its lock
                    continue
                handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
            except OSError:
                pass  # its owner lives
            finally:
                os.close(handle)
