"""The contract of upstreams, for a service in this process."""

from __future__ import annotations

from typing import Any

import pytest

from lms_core.domain.errors import Unavailable
from services.gateway.adapters.memory.routing import MemoryUpstream
from services.gateway.ports.routing import Upstream
from services.gateway.tests.adapters.edge import Service
from services.gateway.tests.adapters.upstream_suite import UpstreamContract


async def _crashes(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("a service that crashes")


class TestMemoryUpstream(UpstreamContract):
    @pytest.fixture
    def service(self) -> Service:
        return Service()

    @pytest.fixture
    def upstream(self, service: Service) -> Upstream:
        return MemoryUpstream(service)

    @pytest.fixture
    def dying(self) -> Upstream:
        return MemoryUpstream(_crashes)

    @pytest.fixture
    def absent(self) -> Exception:
        return Unavailable("thing does not run here")
