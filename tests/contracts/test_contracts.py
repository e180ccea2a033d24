"""Every event against its golden file."""

from __future__ import annotations

import importlib
import inspect
import re

import msgspec
import pytest

from lms_core.domain.events import Event, personal_fields
from tests.contracts.golden import FOLDER, events, keep_promise, path_of, read

EVENTS = [pytest.param(event, id=event.type) for event in events()]
PERSONAL_WORDS = re.compile(r"(.*_)?(email|address|phone|(display|first|last|full)_name|birth.*|ip)")


def test_every_event_has_its_file_and_no_file_is_left_over() -> None:
    """Write those of new events with `python -m tests.contracts`; an event that is gone takes its file with it."""
    assert {path.name for path in FOLDER.iterdir()} == {path_of(event).name for event in events()}


@pytest.mark.parametrize("event", EVENTS)
def test_old_bodies_stay_readable_to_the_byte(event: type[Event]) -> None:
    keep_promise(event, read(event))


@pytest.mark.parametrize("event", EVENTS)
def test_personal_fields_are_those_that_were_marked(event: type[Event]) -> None:
    assert list(personal_fields(event)) == read(event).personal


@pytest.mark.parametrize("event", EVENTS)
def test_what_sounds_personal_is_marked(event: type[Event]) -> None:
    sounding = {name for name in event.__struct_fields__ if PERSONAL_WORDS.fullmatch(name)}
    assert sounding - set(personal_fields(event)) == set()


@pytest.mark.parametrize("event", EVENTS)
def test_its_name_says_whose_it_is(event: type[Event]) -> None:
    service = event.__module__.rpartition(".")[2]
    assert re.fullmatch(rf"lms\.{service}\.{event.__name__}\.v[1-9][0-9]*", event.type)


@pytest.mark.parametrize("event", EVENTS)
def test_it_is_documented(event: type[Event]) -> None:
    assert (vars(event).get("__doc__") or "").strip().endswith(".")
    assert importlib.import_module(event.__module__).__doc__
    module = inspect.getmodule(event)
    for name, part in vars(module).items():
        if isinstance(part, type) and issubclass(part, msgspec.Struct) and part.__module__ == event.__module__:
            assert vars(part).get("__doc__"), name


@pytest.mark.parametrize("event", EVENTS)
def test_types_are_unique_and_the_key_is_an_id(event: type[Event]) -> None:
    assert [other for other in events() if other.type == event.type] == [event]
    assert event.key_field.endswith("_id")
