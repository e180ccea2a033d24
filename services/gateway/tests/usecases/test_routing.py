"""Finding the service."""

from __future__ import annotations

import pytest

from lms_core.domain.errors import NotFound, Unavailable
from services.gateway.domain.discovery import Directory
from services.gateway.domain.routing import BadPath
from services.gateway.tests.usecases.fakes import describe
from services.gateway.usecases.routing import FindRoute


async def test_a_claimed_path_is_its_services() -> None:
    directory = Directory()
    directory.learn("auth", describe("auth", "/auth"))
    assert (await FindRoute(directory)(b"/api/v1/auth/login", "/api/v1/auth/login")).service == "auth"


async def test_a_path_that_nobody_claims_may_be_of_a_service_that_is_not_seen_yet() -> None:
    directory = Directory()
    directory.expect(["auth", "course"])
    directory.learn("auth", describe("auth", "/auth"))
    with pytest.raises(Unavailable):
        await FindRoute(directory)(b"/api/v1/courses", "/api/v1/courses")
    directory.learn("course", describe("course", "/courses"))
    with pytest.raises(NotFound):
        await FindRoute(directory)(b"/api/v1/paths", "/api/v1/paths")


async def test_so_may_a_path_at_the_root() -> None:
    with pytest.raises(Unavailable):
        await FindRoute(Directory())(b"/xapi/statements", "/xapi/statements")


@pytest.mark.parametrize(
    "path", ["/internal/descriptor", "/api/v2/auth", "/api/v1x", "/api/v1", "/metrics/x", "/dev/x"]
)
async def test_what_no_service_can_have_is_not_there(path: str) -> None:
    with pytest.raises(NotFound):
        await FindRoute(Directory(dev=False))(path.encode(), path)


async def test_a_trick_is_refused_before_it_is_routed() -> None:
    with pytest.raises(BadPath):
        await FindRoute(Directory())(b"/api/v1/auth/..%2finternal", "/api/v1/auth/../internal")
