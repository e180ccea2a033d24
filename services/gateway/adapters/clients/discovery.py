"""The services of other processes, from a list of addresses."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from lms_core.domain.errors import Unavailable
from services.gateway.adapters.clients.routing import HttpUpstream
from services.gateway.adapters.descriptor import DESCRIPTOR_PATH, read
from services.gateway.domain.discovery import Description
from services.gateway.ports.discovery import Services
from services.gateway.ports.routing import Upstream

_PATIENCE = aiohttp.ClientTimeout(total=2)


class HttpServices(Services):
    """Base URLs by name."""

    def __init__(self, session: aiohttp.ClientSession, addresses: Mapping[str, str]) -> None:
        self._session = session
        self._addresses = addresses
        self._names = frozenset(addresses)
        self._said: dict[str, tuple[bytes, Description]] = {}

    def names(self) -> frozenset[str]:
        return self._names

    async def ask(self, name: str) -> Description:
        body = await self._get(self._addresses[name] + DESCRIPTOR_PATH)
        before = self._said.get(name)
        if before is not None and before[0] == body:
            return before[1]
        description = read(body)
        self._said[name] = (body, description)
        return description

    async def read(self, name: str, path: str) -> bytes:
        try:
            return await self._get(self._addresses[name] + path)
        except Unavailable as error:  # without the address: this is shown to people
            raise Unavailable("{service} does not answer", service=name) from error

    async def _get(self, url: str) -> bytes:
        try:
            async with self._session.get(url, timeout=_PATIENCE) as answer:
                if answer.status != 200:
                    raise Unavailable("it does not answer as it should", note=f"{url} answered {answer.status}")
                return await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unavailable("it does not answer", note=url) from error

    def upstream(self, name: str) -> Upstream:
        return HttpUpstream(self._session, self._addresses[name], name)
