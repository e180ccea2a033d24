"""The gateway's ports in memory."""

from __future__ import annotations

from collections.abc import Hashable

from lms_core.domain.errors import Unauthenticated, Unavailable
from lms_core.domain.pulse import Pulse
from lms_core.domain.traces import Step
from lms_core.security.principal import Principal
from lms_core.testing.fakes import principal
from services.gateway.domain.discovery import Description
from services.gateway.domain.rate_limiting import Policy, Standing, take
from services.gateway.ports.authentication import Verifier
from services.gateway.ports.discovery import Services
from services.gateway.ports.documentation import Documents
from services.gateway.ports.monitoring import Pulses
from services.gateway.ports.rate_limiting import Buckets
from services.gateway.ports.routing import Upstream
from services.gateway.ports.tracing import Traces


def describe(name: str, *prefixes: str) -> Description:
    return Description(name=name, summary="", version="1", prefixes=prefixes, openapi={}, asyncapi={})


class FakeVerifier(Verifier):
    async def principal(self, authorization: bytes) -> Principal:
        if authorization != b"Bearer good":
            raise Unauthenticated
        return principal()


class FakeBuckets(Buckets):
    """Time stands still."""

    def __init__(self) -> None:
        self.arrivals: dict[tuple[str, Hashable], int] = {}

    async def take(self, policy: Policy, caller: Hashable) -> Standing:
        key = (policy.name, caller)
        self.arrivals[key], standing = take(policy, self.arrivals.get(key, 0), 0)
        return standing


class FakeServices(Services):
    def __init__(self, *descriptions: Description) -> None:
        self.said = {told.name: told for told in descriptions}
        self.down: set[str] = set()

    def names(self) -> frozenset[str]:
        return frozenset(self.said)

    async def ask(self, name: str) -> Description:
        if name in self.down:
            raise Unavailable(f"{name} is down")
        return self.said[name]

    async def read(self, name: str, path: str) -> bytes:
        raise Unavailable

    def upstream(self, name: str) -> Upstream:
        raise Unavailable


class FakeDocuments(Documents):
    def openapi(self) -> bytes:
        return b'{"openapi":"3.1.0"}'

    def asyncapi(self) -> bytes:
        return b'{"asyncapi":"3.0.0"}'


class FakePulses(Pulses):
    """Each service says what the test lets it say; one that is told nothing is down."""

    def __init__(self, **said: Pulse | None) -> None:
        self.said = said
        self.asked: list[tuple[str, int | None]] = []

    def names(self) -> frozenset[str]:
        return frozenset(self.said)

    async def ask(self, name: str, after: int | None) -> Pulse:
        self.asked.append((name, after))
        pulse = self.said[name]
        if pulse is None:
            raise Unavailable(f"{name} is down")
        return pulse


class FakeTraces(Traces):
    """Each service knows some steps; None is down."""

    def __init__(self, **known: list[Step] | None) -> None:
        self.known = known

    def names(self) -> frozenset[str]:
        return frozenset(self.known)

    async def ask(self, name: str, trace_id: str) -> list[Step]:
        steps = self.known[name]
        if steps is None:
            raise Unavailable(f"{name} is down")
        return steps
