"""Finding the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import NotFound, Unavailable
from services.gateway.domain.discovery import Directory
from services.gateway.domain.routing import BadPath, Route, check


@dataclass(frozen=True, slots=True)
class FindRoute:
    """Which service a request is for.

    While a service exists whose routes are not known yet, a path that nobody claims may be its: 503 then, not 404.
    """

    raises: ClassVar = (BadPath, NotFound, Unavailable)

    directory: Directory

    async def __call__(self, raw_path: bytes, path: str) -> Route:
        check(raw_path)
        route = self.directory.table.match(path)
        if route is not None:
            return route
        if self.directory.unseen and self.directory.may_lead_to_a_service(path):
            raise Unavailable("not every service has been seen yet")
        raise NotFound("no such path")


USE_CASES = (FindRoute,)
