"""Knowing the services."""

from __future__ import annotations

from services.gateway.domain.discovery import Directory
from services.gateway.tests.usecases.fakes import FakeServices, describe
from services.gateway.usecases.discovery import Discover


async def test_everybody_is_asked() -> None:
    directory = Directory()
    assert await Discover(FakeServices(describe("auth", "/auth"), describe("user", "/users")), directory)() == []
    assert sorted(directory.known) == ["auth", "user"]
    assert not directory.unseen


async def test_who_stops_answering_keeps_its_routes() -> None:
    services, directory = FakeServices(describe("auth", "/auth"), describe("user", "/users")), Directory()
    await Discover(services, directory)()
    services.down.add("auth")
    services.said["user"] = describe("user", "/people")
    assert await Discover(services, directory)() == ["auth: auth is down"]
    assert {r.prefix for r in directory.table} == {"/api/v1/auth", "/api/v1/people"}


async def test_who_was_never_seen_is_missed() -> None:
    services, directory = FakeServices(describe("auth", "/auth")), Directory()
    services.down.add("auth")
    await Discover(services, directory)()
    assert directory.unseen
    services.said["auth"] = describe("course", "/courses")
    services.down.clear()
    assert await Discover(services, directory)() == ["auth: where auth should be, course answers"]
    assert directory.unseen
