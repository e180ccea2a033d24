"""The AsyncAPI document as people read it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.gateway.adapters.http.events import Field, matching, publishers

REF = "#/components/schemas/"
PROPERTIES: dict[str, Any] = {
    "course_id": {"type": "string", "format": "uuid"},
    "name": {"type": "string", "description": "Whose.", "x-personal": True},
    "state": {"enum": ["open", "closed"]},
    "ended_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
    "facts": {"type": "object", "additionalProperties": {"type": "integer"}},
    "topics": {"type": "array", "items": {"$ref": f"{REF}Topic"}},
    "place": {"$ref": f"{REF}Place"},
}
MESSAGE = {
    "name": "lms.course.Done.v1",
    "summary": "It is done.",
    "description": "At last.",
    "payload": {"$ref": f"{REF}Done"},
    "examples": [{"headers": {"ce_type": "lms.course.Done.v1"}, "payload": {"course_id": "1"}}],
}
DOCUMENT = {
    "info": {"tags": [{"name": "course", "description": "Courses."}]},
    "channels": {"lms-course": {"address": "lms.course", "messages": {"Done": {}}}},
    "operations": {
        "course.publish": {"action": "send", "messages": [{"$ref": "#/channels/lms-course/messages/Done"}]},
        "user.note": {
            "action": "receive",
            "title": "user.note",
            "summary": "Note it.",
            "description": "A reaction.",
            "messages": [{"$ref": "#/channels/lms-course/messages/Done"}],
        },
        "user.other": {"action": "receive", "title": "user.other", "messages": []},
    },
    "components": {
        "messages": {"Done": MESSAGE},
        "schemas": {
            "Done": {"properties": PROPERTIES},
            "Topic": {"properties": {"title": {"type": "string"}}},
            "Place": {"properties": {"number": {"type": "integer"}}},
        },
    },
}


def test_an_event_with_its_fields_and_who_takes_it() -> None:
    [course] = publishers(msgspec.json.encode(DOCUMENT))
    assert (course.name, course.stream, course.summary) == ("course", "lms.course", "Courses.")
    [done] = course.events
    assert [(field.name, field.type) for field in done.fields] == [
        ("course_id", "id"),
        ("name", "text"),
        ("state", "open or closed"),
        ("ended_at", "time or null"),
        ("facts", "integer by name"),
        ("topics", "list of Topic"),
        ("topics[].title", "text"),
        ("place", "Place"),
        ("place.number", "integer"),
    ]
    assert done.fields[1] == Field("name", "text", "Whose.", personal=True)
    assert [(taker.name, taker.summary) for taker in done.takers] == [("user.note", "Note it.")]
    assert done.example == '{\n  "course_id": "1"\n}'
    assert done.headers == "ce_type: lms.course.Done.v1"


@pytest.mark.parametrize(
    ("wanted", "found"), [("", 1), ("done COURSE", 1), ("topics[].title", 1), ("user.note", 1), ("done never", 0)]
)
def test_every_word_must_be_there(wanted: str, found: int) -> None:
    assert len(matching(publishers(msgspec.json.encode(DOCUMENT)), wanted)) == found
