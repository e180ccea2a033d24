"""A service's README says what its manifest says; neither drifts from the other."""

from __future__ import annotations

import pytest

from tests.architecture.house import SERVICES, endpoints, folder, manifest


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


@pytest.mark.parametrize("service", SERVICES)
def test_it_names_every_endpoint(service: str) -> None:
    text = readme(service)
    documented = {(method, path) for method, path, _ in endpoints(service)}
    assert {(m, p) for m, p in documented if f"`{m} {p}`" not in text} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_it_names_every_event_in_and_out(service: str) -> None:
    text, house = readme(service), manifest(service)
    events = {*house.publishes, *(event for s in house.subscribes for event in s.events)}
    assert {event.type for event in events if f"`{event.type}`" not in text} == set()
    assert {s.name for s in house.subscribes if f"`{s.name}`" not in text} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_it_names_its_own_settings(service: str) -> None:
    text, settings = readme(service), manifest(service).settings
    own = set(settings.__struct_fields__) - set(settings.__mro__[1].__struct_fields__)  # type: ignore[attr-defined]
    variables = {f"LMS_{service}_{name}".upper() for name in own}
    assert {variable for variable in variables if f"`{variable}`" not in text} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_it_says_how_to_run_it_alone(service: str) -> None:
    assert f"python -m services.{service}" in readme(service)
