"""A service's README says what its manifest says; neither drifts from the other."""

from __future__ import annotations

import re

import pytest

from lms_adapters.platform.settings import Settings
from tests.architecture.house import SERVICES, endpoints, folder, manifest, root_endpoints


def readme(service: str) -> str:
    path = folder(service) / "README.md"
    assert path.is_file(), f"{path} is missing"
    return path.read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_it_begins_with_name_and_summary(service: str) -> None:
    title, _, rest = readme(service).partition("\n")
    assert title == f"# {service}"
    assert rest.strip().startswith(manifest(service).summary)


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_one_page(service: str) -> None:
    assert len(readme(service).splitlines()) <= 100


def operations(text: str) -> set[tuple[str, str]]:
    """Method and path as a line of a README names them; what parameters are called there is its own affair."""
    found = set()
    for line in text.splitlines():
        methods = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE)\b", line)
        paths = re.findall(r"(?<![\w}])(/[\w{}/.-]*)", re.sub(r"\{[^}]*\}", "{}", line))
        found |= {(method, path) for method in methods for path in paths}
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_it_names_every_endpoint(service: str) -> None:
    wanted = {(method, re.sub(r"\{[^}]*\}", "{}", path)) for method, path, _ in endpoints(service)}
    if service != "gateway":
        wanted |= {(method, re.sub(r"\{[^}]*\}", "{}", path)) for method, path, _ in root_endpoints(service)}
    assert wanted - operations(readme(service)) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_it_names_every_event_in_and_out(service: str) -> None:
    text, house = readme(service), manifest(service)
    events = {*house.publishes, *(event for s in house.subscribes for event in s.events)}
    assert {event.__name__ for event in events if not re.search(rf"\b{event.__name__}\b", text)} == set()
    replayable = {s.name for s in house.subscribes if s.replayable}  # what an operator may have to type
    assert {name for name in replayable if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_it_names_its_own_settings(service: str) -> None:
    text, settings = readme(service), manifest(service).settings
    own = set(settings.__struct_fields__) - set(Settings.__struct_fields__)
    assert {n for n in own if f"`{n}`" not in text and f"`LMS_{service}_{n}`".upper() not in text} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_it_says_how_to_run_it_alone(service: str) -> None:
    assert f"python -m services.{service}" in readme(service)
