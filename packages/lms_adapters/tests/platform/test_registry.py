"""Adapters and services by name: the known, the nearly known, third parties', and the broken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from lms_adapters.broadcast import open_broadcast
from lms_adapters.bus import open_bus
from lms_adapters.platform import registry
from lms_adapters.platform.registry import UnknownScheme, by_url, discover
from lms_adapters.sql.engine import open_database
from lms_adapters.tests.platform.toy.service import SERVICE


@pytest.mark.parametrize(
    ("url", "said"),
    [("natz://x", "did you mean nats://?"), ("xyzzy://x", "known: memory://, nats://, kafka://"), ("", "known:")],
)
def test_an_unknown_scheme_names_the_nearest_or_all(url: str, said: str) -> None:
    with pytest.raises(UnknownScheme) as refused:
        by_url("bus", url, ("memory", "nats", "kafka"))
    assert said in str(refused.value)


class Entry:
    """An entry point as the registry uses it."""

    value = "somebody:thing"
    dist = None

    def __init__(self, name: str, thing: Any) -> None:
        self.name = name
        self._thing = thing

    def load(self) -> Any:
        if isinstance(self._thing, Exception):
            raise self._thing
        return self._thing


def installed(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> None:
    def found(*, group: str, name: str | None = None) -> Iterable[Entry]:
        return [e for e in entries if name in (None, e.name)]

    monkeypatch.setattr(registry, "entry_points", found)


class Pigeon:
    """Carries whatever the port wants."""

    def __init__(self, url: str) -> None:
        self.url = url


async def test_a_third_partys_adapter_is_opened_by_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, *(Entry(f"{port}.pigeon", Pigeon) for port in ("bus", "broadcast", "database")))
    opened: list[Any] = [open_bus("pigeon://1"), await open_broadcast("pigeon://2"), open_database("pigeon://3")]
    assert [pigeon.url for pigeon in opened] == ["pigeon://1", "pigeon://2", "pigeon://3"]


def test_a_broken_plugin_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, Entry("broken", ImportError("no module named gone")), Entry("odd", 7), Entry("toy", SERVICE))
    states = {p.name: p.state for p in discover([], "1")}
    assert states["toy"] == "ok"
    assert "ImportError: no module named gone" in states["broken"]
    assert "is not a Service" in states["odd"]


def test_a_plugin_may_not_take_a_name_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, Entry("toy", SERVICE))
    ours, theirs = discover([SERVICE], "1")
    assert (ours.state, theirs.service) == ("ok", None)
    assert "the name toy is taken" in theirs.state
