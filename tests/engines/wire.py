"""A socket that speaks just enough of a protocol to ask "are you there, and are you mine?"."""

import socket
import struct
from types import TracebackType
from typing import Self


class Wire:
    """A short-lived loopback connection with exact reads."""

    def __init__(self, port: int, timeout: float = 10.0) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._reader = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def line(self) -> bytes:
        """One line without its end; an empty answer means that the other side has hung up."""
        data = self._reader.readline()
        if not data:
            raise ConnectionResetError("closed by the server")
        return data.rstrip(b"\r\n")

    def exactly(self, size: int) -> bytes:
        data = self._reader.read(size)
        if len(data) < size:
            raise ConnectionResetError("closed by the server")
        return data

    def number(self, form: str) -> int:
        """One big-endian number, in the notation of `struct`."""
        (value,) = struct.unpack(f">{form}", self.exactly(struct.calcsize(form)))
        return int(value)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._reader.close()
        self._socket.close()
