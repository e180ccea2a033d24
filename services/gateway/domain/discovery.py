"""What the gateway knows of the services behind it. A service that stops answering keeps its routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms_core.domain.errors import Unavailable
from services.gateway.domain.routing import API, Route, RouteTable, is_prefix, may_be_claimed


class WrongService(Unavailable, code="gateway/wrong-service"):
    """Another service answers there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a service says of itself."""

    name: str
    summary: str
    version: str
    prefixes: tuple[str, ...]
    """Below /api/v1."""
    roots: tuple[str, ...] = ()
    """Prefixes that stand at the root."""
    openapi: Mapping[str, Any]
    asyncapi: Mapping[str, Any]

    @property
    def paths(self) -> tuple[str, ...]:
        """What it claims, as whole paths."""
        return (*(API + prefix for prefix in self.prefixes), *self.roots)


class Directory:
    """Services by name with what each said last, and the route table that follows."""

    def __init__(self, *, dev: bool = True) -> None:
        """`dev`: whether services may have paths below /dev."""
        self._dev = dev
        self.table = RouteTable()
        self.known: dict[str, Description] = {}
        self.change = 0
        """Grows with every change of what is known."""
        self._expected: frozenset[str] | None = None

    def expect(self, names: Iterable[str]) -> None:
        """These exist, up or down."""
        self._expected = frozenset(names)

    @property
    def unseen(self) -> frozenset[str]:
        """The services whose routes are not known yet; `?` before the first look."""
        return frozenset("?") if self._expected is None else self._expected - self.known.keys()

    def may_lead_to_a_service(self, path: str) -> bool:
        """Whether one may claim it."""
        return may_be_claimed(path, dev=self._dev)

    def learn(self, name: str, description: Description) -> list[str]:
        """What the service `name` says now; the claims that cannot be granted, as sentences. Raises WrongService."""
        if description.name != name:
            raise WrongService("where {expected} should be, {found} answers", expected=name, found=description.name)
        if self.known.get(name) is description:
            return []
        known = {**self.known, name: description}
        routes: dict[str, Route] = {}
        refused = []
        for service in sorted(known):
            for path in known[service].paths:
                if not is_prefix(path) or not self.may_lead_to_a_service(path):
                    refused.append(f"{service} claims {path!r}, which no service can have")
                elif path in routes:
                    refused.append(f"{service} claims {path}, which {routes[path].service} has")
                else:
                    routes[path] = Route(path, service)
        self.known, self.table, self.change = known, RouteTable(routes.values()), self.change + 1
        return refused
