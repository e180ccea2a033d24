"""Events: what happened, in the past tense, as other services may read it.

An event is a frozen msgspec Struct with a type name, the field that holds its aggregate's id, and by both the stream
it belongs to. On the wire it is a CloudEvent (CloudEvents 1.0, binary mode): the attributes travel as headers, the
body is JSON. See `docs/events.md` for what is promised about order and delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints
from uuid import UUID

import msgspec
from msgspec import inspect as types

PERSONAL = msgspec.Meta(extra={"personal": True})
Personal = Annotated[str | None, PERSONAL]
"""Text about a person: nulled in logs and inboxes when the person is erased, so every reader must bear None."""
PERSON = msgspec.Meta(extra={"person": True})
Person = Annotated[UUID, PERSON]
"""The id of a person. As the key of a contract it says whose the personal fields are."""


MAX_ATTRIBUTE = 500
"""Characters of an attribute that comes from elsewhere: an index of PostgreSQL takes 2,700 bytes."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every event; `@event` gives it its name."""

    type: ClassVar[str]
    stream: ClassVar[str]
    key_field: ClassVar[str]

    @property
    def key(self) -> str:
        """The aggregate's id: events of one key keep their order."""
        return str(getattr(self, self.key_field))


E = TypeVar("E", bound=Event)


def event(type_name: str, *, key: str) -> Callable[[type[E]], type[E]]:
    """Name an event: `@event("lms.course.UserEnrolled.v1", key="enrollment_id")`.

    The stream is the publisher's (`lms.course`). Raises TypeError when the name or the key field is wrong, and for
    personal fields that nobody could find again: those of a contract whose key is no `Person`, and those of its parts.
    """
    parts = type_name.split(".")
    if len(parts) != 4 or not parts[3].startswith("v") or not parts[3][1:].isdigit():
        raise TypeError(f"{type_name!r} is not of the form lms.<service>.<PastTense>.v<N>")

    def name(cls: type[E]) -> type[E]:
        if key not in cls.__struct_fields__:
            raise TypeError(f"{cls.__name__} has no field {key!r}")
        cls.type, cls.stream, cls.key_field = type_name, ".".join(parts[:2]), key
        _register(cls)
        return cls

    return name


_marked: dict[str, type[Event]] = {}
MARKED: Mapping[str, type[Event]] = MappingProxyType(_marked)
"""Contracts with personal fields by type, as far as this process has imported them."""


def _register(cls: type[Event]) -> None:
    personal = personal_fields(cls)
    if sum(1 for _ in _marks(types.type_info(cls), set())) > len(personal):
        raise TypeError(f"{cls.__name__} marks a field of a part as personal: only its own can be nulled")
    if not personal:
        return
    key = get_type_hints(cls, include_extras=True)[cls.key_field]
    if PERSON not in getattr(key, "__metadata__", ()):
        raise TypeError(f"{cls.__name__} does not say whose {', '.join(personal)} is: its key must be a Person")
    _marked[cls.type] = cls


def _marks(part: object, seen: set[int]) -> Iterator[types.Metadata]:
    """Every mark in a type, however deep."""
    if isinstance(part, tuple):
        for one in part:
            yield from _marks(one, seen)
    elif isinstance(part, types.Type | types.Field) and id(part) not in seen:
        seen.add(id(part))
        if isinstance(part, types.Metadata) and part.extra == PERSONAL.extra:
            yield part
        for name in part.__struct_fields__:
            yield from _marks(getattr(part, name), seen)


def personal_fields(cls: type[Event]) -> tuple[str, ...]:
    """The fields of a contract that are marked as personal."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(f for f in cls.__struct_fields__ if PERSONAL in getattr(hints[f], "__metadata__", ()))


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way: CloudEvents attributes and the encoded body."""

    id: str
    source: str
    """The publisher's stream, `lms.course`."""
    type: str
    key: str
    time: datetime
    traceparent: str
    """W3C Trace Context of the transaction that recorded it."""
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """CloudEvents 1.0 attributes as they travel in a broker's message headers."""
        return {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_source": self.source,
            "ce_type": self.type,
            "ce_subject": self.key,
            "ce_time": self.time.isoformat().replace("+00:00", "Z"),
            "content-type": "application/json",
            "traceparent": self.traceparent,
        }

    @classmethod
    def from_headers(cls, headers: dict[str, str], body: bytes) -> Envelope:
        """The inverse of `headers`. Raises KeyError or ValueError when an attribute is missing or malformed.

        What it lets through every inbox can keep: whoever may write to a stream may not stop it.
        """
        id, source, type_, key, time = (headers[f"ce_{name}"] for name in ("id", "source", "type", "subject", "time"))
        traceparent = headers.get("traceparent", "")
        for attribute in (id, source, type_, key, traceparent):
            if "\0" in attribute or len(attribute) > MAX_ATTRIBUTE:
                raise ValueError(f"{attribute[:40]!r}… is longer than {MAX_ATTRIBUTE} characters, or has a NUL")
        at = datetime.fromisoformat(time)
        if at.tzinfo is None or not 1 < at.year < 9999:
            raise ValueError(f"{time!r} is not a moment: it lacks a zone, or is out of this world")
        return cls(id=id, source=source, type=type_, key=key, time=at, traceparent=traceparent, body=body)


_encoder = msgspec.json.Encoder()
_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def encode(value: object) -> bytes:
    """The JSON body of an event or a job."""
    return _encoder.encode(value)


def decode(cls: type[E], body: bytes) -> E:
    """An event from its body. Unknown fields are ignored: contracts grow by addition.

    Raises msgspec.ValidationError when the body does not fit.
    """
    decoder = _decoders.get(cls)
    if decoder is None:
        decoder = _decoders[cls] = msgspec.json.Decoder(cls)
    return decoder.decode(body)  # type: ignore[no-any-return]


def nulled(envelope: Envelope) -> Envelope:
    """The event with null in place of what its contract marks as personal, however its body came to look."""
    contract = MARKED.get(envelope.type)
    if contract is None:
        return envelope
    try:
        facts = msgspec.json.decode(envelope.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        facts = {}
    return msgspec.structs.replace(envelope, body=encode(facts | dict.fromkeys(personal_fields(contract))))
