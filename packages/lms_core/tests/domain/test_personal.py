"""Marks of personal fields: whose they are must be said, and nulling them keeps everything else."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from lms_core.domain.events import MARKED, Envelope, Event, Person, Personal, decode, encode, event, nulled
from lms_core.testing.fakes import MORNING, fake_id


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something an event holds."""

    said: Personal


def contract(fields: dict[str, Any], *, key: str = "user_id") -> type[Event]:
    made = msgspec.defstruct("Sung", [*fields.items()], bases=(Event,), frozen=True, kw_only=True)
    return event("lms.choir.Sung.v1", key=key)(cast("type[Event]", made))


def test_a_contract_about_a_person_is_found_by_its_type() -> None:
    sung = contract({"user_id": Person, "name": Personal})
    assert MARKED[sung.type] is sung


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"user_id": UUID, "name": Personal}, "user_id"),
        ({"song_id": UUID, "user_id": Person, "name": Personal}, "song_id"),
        ({"user_id": str, "name": Personal}, "user_id"),
    ],
    ids=["an id of anything", "a person beside the key", "a text"],
)
def test_personal_fields_of_nobody_are_refused(fields: dict[str, Any], key: str) -> None:
    with pytest.raises(TypeError, match="Sung does not say whose name is: its key must be a Person"):
        contract(fields, key=key)


@pytest.mark.parametrize("parts", [Part, Part | None, tuple[Part, ...], dict[str, Part], list[tuple[int, Part]]])
def test_personal_fields_that_nobody_would_null_are_refused(parts: Any) -> None:
    with pytest.raises(TypeError, match="only its own can be nulled"):
        contract({"user_id": Person, "name": Personal, "parts": parts})


def envelope(type: str, body: bytes) -> Envelope:
    return Envelope(id="1", source="lms.choir", type=type, key="k", time=MORNING, traceparent="", body=body)


def test_nulling_keeps_the_rest_to_the_byte_and_can_be_read() -> None:
    sung = contract({"user_id": Person, "name": Personal, "verses": int})
    body = encode({"user_id": fake_id(1), "name": "Ada", "verses": 3, "newer": [1, 2]})
    left = nulled(envelope(sung.type, body))
    assert left.body == body.replace(b'"Ada"', b"null")
    assert decode(sung, left.body) == sung(user_id=fake_id(1), name=None, verses=3)
    assert nulled(left) == left


@pytest.mark.parametrize("body", [b'["Ada"]', b"Ada", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_keeps_nothing(body: bytes) -> None:
    sung = contract({"user_id": Person, "name": Personal})
    assert nulled(envelope(sung.type, body)).body == b'{"name":null}'


def test_what_is_not_marked_is_left_alone() -> None:
    unknown = envelope("com.example.Thing.v1", b'{"name":"Ada"}')
    assert nulled(unknown) is unknown
