"""What all engines have in common: a folder, a port, a process, and a question that proves it is ours and ready."""

import os
import pwd
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tests.engines.process import Folder, family, free_port, group_of, is_running, launch, until


class EngineError(Exception):
    """The engine did not do what it was told; the message ends with the last lines of its log."""


class Engine(ABC):
    """One private server. Not thread-safe; every method returns when what it says is true."""

    title: ClassVar[str]
    scheme: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    patience: ClassVar[float] = 60.0
    refuses_root: ClassVar[bool] = False

    def __init__(self) -> None:
        self._folder: Folder | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    # What an engine has to say about itself -----------------------------------------------------------------------

    @classmethod
    @abstractmethod
    def require(cls) -> None:
        """Raise `EngineMissing` when the engine is not installed."""

    @classmethod
    @abstractmethod
    def version(cls) -> str:
        """The installed version in one line; raises `EngineMissing`."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data, once in the life of an instance. The port may still change."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line of the server for the present port."""

    @abstractmethod
    def answers(self) -> bool:
        """Ask in the engine's own protocol whether it is ready *and is this instance*; may raise OSError."""

    def choose_ports(self) -> None:
        """Choose before the first start, and again when someone else took the port meanwhile; then it stays."""
        self._port = free_port()

    # Life cycle ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the data folder, start the server on a free port, and wait until it answers."""
        if self._folder is not None:
            raise EngineError(f"{self.title} is already started")
        self.require()
        self._folder = Folder(self.scheme)
        try:
            self._own(self.folder)
            self.choose_ports()
            self.prepare()
            for attempt in (1, 2, 3):
                try:
                    self._launch()
                    return
                except EngineError:
                    if attempt == 3 or "in use" not in self.log_tail():
                        raise
                    self.choose_ports()
        except BaseException:
            self.stop()
            raise

    def halt(self) -> None:
        """Shut down in good order and keep the data; `restart` brings it back."""
        if self._process is not None:
            self._end(self.stop_signal)

    def kill(self) -> None:
        """SIGKILL, the power cut: returns when the server and every child of it are gone. Keeps the data."""
        if self._process is not None:
            self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start again on the same port with the same data, after `kill`, after `halt`, or from running."""
        if self._folder is None:
            raise EngineError(f"{self.title} was never started")
        self.halt()
        self._launch()

    def stop(self) -> None:
        """Shut down and remove the data. Safe to call twice."""
        self.halt()
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    # What callers may ask -----------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        if self._folder is None:
            raise EngineError(f"{self.title} is not started")
        return self._port

    @property
    def folder(self) -> Path:
        """The private folder: data, configuration and `log`."""
        if self._folder is None:
            raise EngineError(f"{self.title} is not started")
        return self._folder.path

    @property
    def pid(self) -> int | None:
        """The process id of the server while it runs."""
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def log_tail(self, lines: int = 15) -> str:
        log = self.folder / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    # How it is done -----------------------------------------------------------------------------------------------

    @property
    def user(self) -> str | None:
        """Whom the server runs as, when root starts it and it refuses to be root."""
        if not (self.refuses_root and os.geteuid() == 0):
            return None
        names = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"

    def run(self, command: list[str]) -> None:
        """Run a preparing command to its end, as the user the server will run as."""
        user = self.user
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=self.patience,
            user=user,
            group=group_of(user),
            extra_groups=[] if user else None,
        )
        if done.returncode:
            raise EngineError(f"{self.title}: {command[0]} failed\n{done.stdout}{done.stderr}")

    def _own(self, path: Path) -> None:
        if user := self.user:
            shutil.chown(path, user, group_of(user))

    def _launch(self) -> None:
        self._process = process = launch(self.command(), cwd=self.folder, log=self.folder / "log", user=self.user)
        ready = until(lambda: process.poll() is not None or self._asked(), self.patience)
        if ready and process.poll() is None:
            return
        what = f"did not answer in {self.patience:.0f} s" if process.poll() is None else "ended at once"
        message = f"{self.title} {what} (exit code {process.poll()}):\n{self.log_tail()}"
        self._end(signal.SIGKILL)
        raise EngineError(message)

    def _asked(self) -> bool:
        try:
            return self.answers()
        except OSError:
            return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        assert process is not None
        members = family(process.pid)
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if not until(lambda: not any(map(is_running, members)), 10):
            raise EngineError(f"{self.title} left processes behind: {[pid for pid in members if is_running(pid)]}")
