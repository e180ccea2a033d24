"""A private NATS server with JetStream."""

import json
import subprocess
from typing import ClassVar

from tests.engines.base import Engine
from tests.engines.paths import EngineMissing, nats_server
from tests.engines.wire import Wire


class Nats(Engine):
    """``nats://127.0.0.1:P``; shared by the tests of a run, so use stream names of your own."""

    title: ClassVar[str] = "NATS"
    scheme: ClassVar[str] = "nats"

    @classmethod
    def require(cls) -> None:
        if nats_server() is None:
            raise EngineMissing(cls.title)

    @classmethod
    def version(cls) -> str:
        cls.require()
        return subprocess.check_output([f"{nats_server()}", "--version"], text=True).split()[-1].lstrip("v")

    def prepare(self) -> None:
        (self.folder / "data").mkdir()

    def command(self) -> list[str]:
        address = ["--addr", "127.0.0.1", "--port", str(self.port), "--name", self.folder.name]
        return [f"{nats_server()}", *address, "--jetstream", "--store_dir", f"{self.folder}/data"]

    def answers(self) -> bool:
        """Our server by its name, and JetStream by a question to its own API."""
        with Wire(self.port) as wire:
            greeting = json.loads(wire.line().removeprefix(b"INFO "))
            if greeting["server_name"] != self.folder.name:
                return False
            wire.send(b'CONNECT {"verbose":false}\r\nSUB answer 1\r\nPUB $JS.API.INFO answer 0\r\n\r\n')
            while not (line := wire.line()).startswith(b"MSG answer"):
                if line.startswith(b"-ERR"):
                    return False
            return "error" not in json.loads(wire.line())
