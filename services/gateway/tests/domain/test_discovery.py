"""What the gateway knows of services."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.gateway.domain.discovery import Description, Directory, WrongService

AUTH = Description(name="auth", summary="", version="1", prefixes=("/auth",), openapi={}, asyncapi={})
USER = replace(AUTH, name="user", prefixes=("/users", "/people"))


def test_nothing_is_seen_before_anybody_was_expected() -> None:
    directory = Directory()
    assert directory.unseen
    directory.expect([])
    assert not directory.unseen


def test_routes_follow_from_what_services_say() -> None:
    directory = Directory()
    directory.expect(["auth", "user"])
    seen = [(directory.learn(told.name, told), sorted(directory.unseen)) for told in (AUTH, USER)]
    assert seen == [([], ["user"]), ([], [])]
    assert {r.prefix: r.service for r in directory.table} == {
        "/api/v1/auth": "auth",
        "/api/v1/users": "user",
        "/api/v1/people": "user",
    }


def test_the_table_is_replaced_not_changed() -> None:
    directory = Directory()
    directory.learn("auth", AUTH)
    before, change = directory.table, directory.change
    directory.learn("auth", AUTH)
    assert (directory.table, directory.change) == (before, change)
    directory.learn("auth", replace(AUTH, prefixes=("/accounts",)))
    assert before.match("/api/v1/auth") is not None
    assert directory.table.match("/api/v1/auth") is None
    assert directory.change == change + 1


def test_a_prefix_has_one_service_and_is_one() -> None:
    directory = Directory()
    directory.learn("user", USER)
    faults = directory.learn("auth", replace(AUTH, prefixes=("/users", "/", "/auth")))
    assert faults == ["auth claims '/api/v1/', which no service can have", "user claims /api/v1/users, which auth has"]
    assert directory.table.match("/api/v1/auth/x") is not None


def test_a_claim_at_the_root_is_granted_where_the_gateway_keeps_nothing() -> None:
    directory = Directory()
    roots = ("/xapi", "/dev/mailbox", "/internal", "/health/live", "/metrics", "/api/v2", "/", "")
    faults = directory.learn("auth", replace(AUTH, prefixes=(), roots=roots))
    assert [fault.split("'")[1] for fault in faults] == list(roots[2:])
    assert [route.prefix for route in directory.table] == ["/xapi", "/dev/mailbox"]
    assert (
        directory.learn("user", replace(USER, prefixes=(), roots=("/xapi",)))[-1] == "user claims /xapi, which auth has"
    )


def test_in_production_nothing_stands_below_dev() -> None:
    directory = Directory(dev=False)
    faults = directory.learn("auth", replace(AUTH, prefixes=("/dev",), roots=("/dev/mailbox", "/dev", "/devices")))
    assert [fault.split("'")[1] for fault in faults] == ["/dev/mailbox", "/dev"]
    assert [route.prefix for route in directory.table] == ["/api/v1/dev", "/devices"]


def test_who_answers_under_another_name_is_not_believed() -> None:
    directory = Directory()
    with pytest.raises(WrongService, match="where user should be, auth answers"):
        directory.learn("user", AUTH)
    assert directory.known == {}
