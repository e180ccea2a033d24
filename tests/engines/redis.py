"""A private Redis that keeps nothing on disk: after `restart` it is empty."""

import subprocess
from typing import ClassVar

from tests.engines.base import Engine
from tests.engines.paths import EngineMissing, redis_server
from tests.engines.wire import Wire


class Redis(Engine):
    """``redis://127.0.0.1:P``."""

    title: ClassVar[str] = "Redis"
    scheme: ClassVar[str] = "redis"

    @classmethod
    def require(cls) -> None:
        if redis_server() is None:
            raise EngineMissing(cls.title)

    @classmethod
    def version(cls) -> str:
        cls.require()
        words = subprocess.check_output([f"{redis_server()}", "--version"], text=True).split()
        return next(word[2:] for word in words if word.startswith("v="))

    def prepare(self) -> None:
        """Nothing is kept."""

    def command(self) -> list[str]:
        address = ["--bind", "127.0.0.1", "--port", str(self.port)]
        return [f"{redis_server()}", *address, "--dir", str(self.folder), "--save", "", "--appendonly", "no"]

    def answers(self) -> bool:
        info = self._ask(b"INFO server").decode().splitlines()
        return f"process_id:{self.pid}" in info

    def flush(self) -> None:
        """Forget everything: a test that shares the server begins with this."""
        self._ask(b"FLUSHALL")

    def _ask(self, command: bytes) -> bytes:
        with Wire(self.port) as wire:
            wire.send(command + b"\r\n")
            answer = wire.line()
            return wire.exactly(int(answer[1:])) if answer.startswith(b"$") else answer
