"""The guard itself: what it lets through and what it stops."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
import pytest

from lms_core.domain.events import Event, event
from tests.contracts.golden import Broken, fresh, keep_promise

Field = tuple[str, Any] | tuple[str, Any, Any]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something an event holds."""

    title: str


class LongerPart(Part, frozen=True, kw_only=True):
    """The same, and more."""

    pages: int = 0


FIRST: dict[str, Any] = {
    "thing_id": UUID,
    "status": Literal["active", "pending"],
    "count": int,
    "parts": tuple[Part, ...],
    "price_id": UUID | None,
    "at": datetime,
}


def contract(
    fields: dict[str, Any], *more: Field, name: str = "lms.test.ThingDone.v1", key: str = "thing_id"
) -> type[Event]:
    made = msgspec.defstruct("ThingDone", [*fields.items(), *more], bases=(Event,), frozen=True, kw_only=True)
    return event(name, key=key)(cast("type[Event]", made))


GOLDEN = fresh(contract(FIRST))


def test_a_file_shows_every_choice() -> None:
    assert {body["status"] for body in GOLDEN.bodies} == {"active", "pending"}
    assert {body["price_id"] is None for body in GOLDEN.bodies} == {True, False}
    assert {len(body["parts"]) for body in GOLDEN.bodies} == {1, 0}
    assert fresh(contract(FIRST)) == GOLDEN


@pytest.mark.parametrize(
    "grown",
    [
        contract(FIRST),
        contract(FIRST, ("note", str, "")),
        contract(FIRST, ("note", str | None, None)),
        contract(FIRST | {"status": Literal["active", "pending", "waiting"]}),
        contract(FIRST | {"parts": tuple[LongerPart, ...]}),
    ],
    ids=["the same", "a field with a default", "a field that may be None", "a further choice", "a longer part"],
)
def test_growth_is_let_through(grown: type[Event]) -> None:
    keep_promise(grown, GOLDEN)


def without(name: str) -> dict[str, Any]:
    return {field: kind for field, kind in FIRST.items() if field != name}


@pytest.mark.parametrize(
    "changed",
    [
        contract(FIRST, ("note", str)),
        contract(without("count")),
        contract(without("count"), ("number", int, 0)),
        contract(FIRST | {"count": str}),
        contract(FIRST | {"count": float}),
        contract(FIRST | {"status": Literal["active"]}),
        contract(FIRST | {"price_id": UUID}),
        contract(FIRST | {"parts": tuple[str, ...]}),
        contract(FIRST | {"at": str}, name="lms.test.ThingDone.v2"),
        contract(FIRST, key="count"),
    ],
    ids=[
        "a new field without a default",
        "a field removed",
        "a field renamed",
        "another type",
        "a wider type that writes other bytes",
        "a choice removed",
        "a None forbidden",
        "another part",
        "another name",
        "another key",
    ],
)
def test_breakage_is_stopped(changed: type[Event]) -> None:
    with pytest.raises(Broken):
        keep_promise(changed, GOLDEN)
