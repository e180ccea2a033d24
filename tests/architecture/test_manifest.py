"""What a manifest says agrees with the service's code, with the contracts, and with the other manifests."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import re
import tomllib
from collections import Counter
from typing import Any, get_type_hints

import pytest
from alembic.script import ScriptDirectory

from lms_adapters.platform.compose import VERSION
from lms_adapters.platform.handlers import injected, permission_of
from lms_adapters.platform.run import STREAMS
from lms_adapters.sql.migrations.runner import Branch
from lms_cli.platform import BUILT_IN
from lms_core.domain.errors import Invalid, Refusal
from lms_core.domain.events import Event
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.permissions import ROLES
from tests.architecture.house import (
    ROOT,
    SERVICES,
    WITHOUT_A_DATABASE,
    endpoints,
    manifest,
    root_endpoints,
    sources,
    steps,
    use_cases,
)


def contracts(service: str) -> set[type[Event]]:
    """The events that a service owns."""
    try:
        module = importlib.import_module(f"lms_core.contracts.{service}")
    except ModuleNotFoundError:
        return set()
    return {c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Event) and c is not Event}


def test_every_service_is_known_where_services_are_listed() -> None:
    assert set(BUILT_IN) == set(SERVICES)
    assert set(STREAMS) == {manifest(service).stream for service in SERVICES if manifest(service).publishes}


def test_the_version_is_the_projects() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


@pytest.mark.parametrize("service", SERVICES)
def test_name_and_package(service: str) -> None:
    assert (manifest(service).name, manifest(service).package) == (service, f"services.{service}")
    words = importlib.import_module(f"services.{service}").__doc__
    assert words == manifest(service).summary


@pytest.mark.parametrize("service", SERVICES)
def test_it_publishes_its_contracts_and_nothing_else(service: str) -> None:
    assert set(manifest(service).publishes) == contracts(service)
    assert {event.stream for event in manifest(service).publishes} <= {f"lms.{service}"}


@pytest.mark.parametrize("service", SERVICES)
def test_what_it_receives_is_published_by_its_owner(service: str) -> None:
    for subscription in manifest(service).subscribes:
        for event in subscription.events:
            owner = event.stream.removeprefix("lms.")
            if owner in SERVICES:
                assert event in manifest(owner).publishes, subscription.name


def test_names_that_are_for_ever_are_unique() -> None:
    subscriptions = Counter(s.name for service in SERVICES for s in manifest(service).subscribes)
    jobs = Counter(w.job.name for service in SERVICES for w in manifest(service).jobs)
    assert [name for name, times in (subscriptions + jobs).items() if times > 1] == []


@pytest.mark.parametrize("service", SERVICES)
def test_names_that_are_for_ever_begin_with_the_service(service: str) -> None:
    names = [s.name for s in manifest(service).subscribes] + [w.job.name for w in manifest(service).jobs]
    assert [name for name in names if not re.fullmatch(rf"{service}\.[a-z]+(-[a-z]+)*", name)] == []


def entered(service: str) -> set[type[Any]]:
    """The use cases that requests, events and jobs enter by."""
    used = {s.use_case for s in manifest(service).subscribes} | {w.use_case for w in manifest(service).jobs}
    for _, _, handler in (*endpoints(service), *root_endpoints(service)):
        used |= {d for d in injected(handler) if d.__module__.startswith(f"services.{service}.usecases.")}
    return used


@pytest.mark.parametrize("service", SERVICES)
def test_every_use_case_that_is_entered_is_listed(service: str) -> None:
    assert entered(service) - set(use_cases(service)) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_use_case_and_every_step_says_what_it_refuses(service: str) -> None:
    for use_case in (*use_cases(service), *steps(service)):
        assert isinstance(getattr(use_case, "raises", None), tuple), use_case
        assert all(issubclass(kind, Refusal) for kind in use_case.raises), use_case


@pytest.mark.parametrize("service", SERVICES)
def test_use_cases_have_one_form(service: str) -> None:
    for use_case in (*use_cases(service), *steps(service)):
        assert dataclasses.is_dataclass(use_case), use_case
        assert use_case.__dataclass_params__.frozen, use_case  # type: ignore[attr-defined]
        assert "__slots__" in vars(use_case), use_case
        assert inspect.getdoc(use_case), use_case
        call = vars(use_case)["__call__"]
        assert inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call), use_case


@pytest.mark.parametrize("service", SERVICES)
def test_what_use_cases_are_made_of_are_steps(service: str) -> None:
    parts = {kind for owner in (*use_cases(service), *steps(service)) for kind in get_type_hints(owner).values()}
    assert parts & set(use_cases(service)) == set()
    assert set(steps(service)) - parts == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_collection_refuses_is_not_the_use_cases_to_say(service: str) -> None:
    listing = [u for u in use_cases(service) if Selection in get_type_hints(vars(u)["__call__"]).values()]
    assert [use_case for use_case in listing if Invalid in use_case.raises] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_projection_is_a_pure_function_of_events(service: str) -> None:
    for subscription in manifest(service).subscribes:
        needs = set(get_type_hints(subscription.use_case).values())
        if subscription.replayable:
            assert needs & {UnitOfWork, Clock, Ids} == set(), subscription.name
            tables = manifest(service).tables
            assert tables is not None
            assert set(subscription.tables) - set(tables.tables) == set(), subscription.name
            assert subscription.tables, subscription.name


@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_stand_below_the_services_routes_and_ask_for_known_permissions(service: str) -> None:
    known: frozenset[str] = frozenset().union(*ROLES.values())
    for method, path, handler in endpoints(service):
        assert any(path == r or path.startswith(f"{r}/") for r in manifest(service).routes), (method, path)
        assert permission_of(handler) in {None, *known}, (method, path)
    if service != "gateway":  # who has the root itself
        for method, path, handler in root_endpoints(service):
            assert any(path == r or path.startswith(f"{r}/") for r in manifest(service).roots), (method, path)
            assert permission_of(handler) in {None, *known}, (method, path)


def test_every_permission_is_asked_for() -> None:
    known: frozenset[str] = frozenset().union(*ROLES.values())
    asked = {permission_of(h) for s in SERVICES for _, _, h in (*endpoints(s), *root_endpoints(s))}
    code = "".join(path.read_text() for path in sources(ROOT / "services"))
    assert [permission for permission in known - asked if f'"{permission}"' not in code] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_handler_that_was_looked_at_can_still_be_registered(service: str) -> None:
    for _, _, handler in (*endpoints(service), *root_endpoints(service)):
        assert handler.parsed_fn_signature is not None
        copy.deepcopy(handler)  # as Litestar does; a msgspec.Meta in a signature cannot be copied


@pytest.mark.parametrize("service", SERVICES)
def test_operations_have_names_of_their_own(service: str) -> None:
    every = (*endpoints(service), *root_endpoints(service))
    names = Counter(handler.fn.__name__ for _, _, handler in every)
    assert [name for name, times in names.items() if times > 1] == []


def test_no_two_services_share_a_route() -> None:
    routes = Counter(r for service in SERVICES for r in (*manifest(service).routes, *manifest(service).roots))
    assert [route for route, times in routes.items() if times > 1] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_but_the_gateway_has_tables(service: str) -> None:
    assert (manifest(service).tables is None) == (service in WITHOUT_A_DATABASE)


@pytest.mark.parametrize("service", [s for s in SERVICES if s not in WITHOUT_A_DATABASE])
def test_revisions_are_one_numbered_line(service: str) -> None:
    folder = manifest(service).revisions
    assert folder is not None
    files = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    script: ScriptDirectory = Branch("service", folder).script
    line: list[Any] = list(reversed(list(script.walk_revisions())))
    assert [revision.revision for revision in line] == [name.partition("_")[0] for name in files]
    assert [revision.revision for revision in line] == [f"{n:04}" for n in range(1, len(files) + 1)]
    assert files


@pytest.mark.parametrize("service", SERVICES)
def test_settings_are_the_services_own(service: str) -> None:
    settings = manifest(service).settings
    assert settings.__module__ == f"services.{service}.settings"
    assert settings.__doc__
