"""The services of this process."""

from __future__ import annotations

from litestar.types import ASGIApp

from lms_adapters.platform.compose import Neighbours
from lms_adapters.platform.keys import call
from lms_core.domain.errors import Unavailable
from services.gateway.adapters.descriptor import DESCRIPTOR_PATH, read
from services.gateway.adapters.memory.routing import MemoryUpstream
from services.gateway.domain.discovery import Description
from services.gateway.ports.discovery import Services
from services.gateway.ports.routing import Upstream


class MemoryServices(Services):
    """The neighbours, less the gateway itself."""

    def __init__(self, neighbours: Neighbours, myself: str) -> None:
        self._neighbours = neighbours
        self._myself = myself
        self._known: dict[str, Description] = {}

    def names(self) -> frozenset[str]:
        return frozenset(self._neighbours) - {self._myself}

    async def ask(self, name: str) -> Description:
        if name not in self._known:
            self._known[name] = read(await call(self._app(name), DESCRIPTOR_PATH))
        return self._known[name]

    async def read(self, name: str, path: str) -> bytes:
        return await call(self._app(name), path)

    def upstream(self, name: str) -> Upstream:
        return MemoryUpstream(self._app(name))

    def _app(self, name: str) -> ASGIApp:
        app = self._neighbours.get(name)
        if app is None:
            raise Unavailable("{service} does not answer", service=name, note="it does not run here")
        return app
