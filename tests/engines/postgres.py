"""A private PostgreSQL, with databases that cost a fraction of a second each."""

import itertools
import re
import signal
import struct
import subprocess
from typing import ClassVar

from tests.engines.base import Engine, EngineError
from tests.engines.paths import EngineMissing, postgres_bin
from tests.engines.wire import Wire

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    # The operating system keeps what was written when only the process dies; what was never written is lost.
    "synchronous_commit": "on",
    # Otherwise a killed server leaves its segments in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
}


class QueryFailed(EngineError):
    """The server refused a statement of this helper."""


class Postgres(Engine):
    """``postgresql://postgres@127.0.0.1:P/postgres``; anyone who can reach the port is the superuser."""

    title: ClassVar[str] = "PostgreSQL"
    scheme: ClassVar[str] = "postgresql"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": SIGTERM would wait for every client to leave
    refuses_root: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._names = (f"fresh_{number}" for number in itertools.count(1))

    @classmethod
    def require(cls) -> None:
        if postgres_bin() is None:
            raise EngineMissing(cls.title)

    @classmethod
    def version(cls) -> str:
        cls.require()
        return subprocess.check_output([f"{postgres_bin()}/postgres", "--version"], text=True).split()[2]

    def prepare(self) -> None:
        self.run(
            f"{postgres_bin()}/initdb -D {self.folder}/data -U postgres -A trust -N -E UTF8 --locale=C.UTF-8".split()
        )

    def command(self) -> list[str]:
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return [f"{postgres_bin()}/postgres", "-D", f"{self.folder}/data", "-p", str(self.port), *settings]

    def answers(self) -> bool:
        try:
            return self.query("SHOW data_directory") == [(f"{self.folder}/data",)]
        except QueryFailed:  # still starting up
            return False

    @property
    def url(self) -> str:
        return self.database_url("postgres")

    def database_url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database and return its URL.

        A template with the tables already in it saves the migrations of each test; nobody may be connected to it.
        """
        self.query(f"CREATE DATABASE {_checked(name)} TEMPLATE {_checked(template)}")
        return self.database_url(name)

    def fresh_database(self, *, template: str = "template1") -> str:
        """Create a database under a name of its own and return its URL."""
        return self.create_database(next(self._names), template=template)

    def drop_database(self, name_or_url: str) -> None:
        """Drop a database if it exists, whoever is still connected to it."""
        self.query(f"DROP DATABASE IF EXISTS {_checked(name_or_url.rpartition('/')[2])} WITH (FORCE)")

    def query(self, sql: str, *, database: str = "postgres") -> list[tuple[str | None, ...]]:
        """Run one statement and return its rows as text: enough for housekeeping, before any driver is imported."""
        options = f"user\0postgres\0database\0{database}\0\0".encode()
        rows: list[tuple[str | None, ...]] = []
        asked, refusal = False, ""
        with Wire(self.port, timeout=30) as wire:
            wire.send(struct.pack(">ii", len(options) + 8, 196608) + options)
            while True:
                kind, body = wire.exactly(1), wire.exactly(wire.number("i") - 4)
                if kind == b"E":
                    refusal = {field[:1]: field[1:] for field in body.decode().split("\0")}["M"]
                    if not asked:
                        raise QueryFailed(refusal)
                elif kind == b"D":
                    rows.append(_row(body))
                elif kind == b"Z" and not asked:
                    statement = sql.encode() + b"\0"
                    wire.send(b"Q" + struct.pack(">i", len(statement) + 4) + statement)
                    asked = True
                elif kind == b"Z":
                    wire.send(b"X\0\0\0\4")
                    if refusal:
                        raise QueryFailed(f"{refusal}: {sql}")
                    return rows


def _row(body: bytes) -> tuple[str | None, ...]:
    """A DataRow message: a count, then for each column its length (-1 is NULL) and its text."""
    values: list[str | None] = []
    at = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        size = int.from_bytes(body[at : at + 4], "big", signed=True)
        at += 4
        values.append(None if size < 0 else body[at : at + size].decode())
        at += max(size, 0)
    return tuple(values)


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a plain database name: {name!r}")
    return name
