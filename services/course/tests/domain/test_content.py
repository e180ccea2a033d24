"""What a block must be, and whom content is open to."""

from __future__ import annotations

from typing import Any

import pytest

from lms_core.domain.errors import Invalid, NotFound, Refusal
from lms_core.testing.fakes import fake_id
from services.course.domain.content import Access, ContentClosed, NotEnrolled, Text, Video
from services.course.domain.enrollment import NotPublished

AUTHOR, LEARNER = fake_id(1), fake_id(2)
STRANGER: dict[str, Any] = {"published_version": 3, "status": None, "course_version": None, "reason": None}


def access(**given: Any) -> Access:
    return Access(instructor_id=AUTHOR, **STRANGER | given)


@pytest.mark.parametrize(
    "block",
    [
        Text(markdown=" \n"),
        Text(markdown="x" * 100_001),
        Video(url="ftp://example.org/a", seconds=1),
        Video(url="https://", seconds=1),
        Video(url="https://[bad/a", seconds=1),
        Video(url="https://example.org/\x00", seconds=1),
        Video(url="https://example.org/" + "x" * 2000, seconds=1),
        Video(url="https://example.org/a", seconds=0),
        Video(url="https://example.org/a", seconds=86_401),
    ],
)
def test_bad_blocks_are_refused(block: Text | Video) -> None:
    with pytest.raises(Invalid):
        block.check("#")


def test_good_blocks_pass() -> None:
    Text(markdown="# Hi").check("#")
    Video(url="http://localhost:9000/a?b=c", seconds=86_400).check("#")


def test_versions() -> None:
    active = access(status="active", course_version=1)
    assert active.version_for(LEARNER) == 1
    assert active.version_for(AUTHOR) == 3, "authors see the newest, whether they enrolled or not"
    assert access().version_for(AUTHOR) == 3
    assert access().version_for(LEARNER, {"course:administer"}) == 3
    assert access(status="pending", course_version=1).version_for(AUTHOR) == 3


@pytest.mark.parametrize(
    ("given", "person", "kind", "facts"),
    [
        ({}, LEARNER, NotEnrolled, {}),
        ({"published_version": None}, LEARNER, NotFound, {}),
        ({"published_version": None}, AUTHOR, NotPublished, {}),
        ({"status": "pending", "course_version": 1}, LEARNER, ContentClosed, {"why": "pending", "reason": None}),
        (
            {"status": "suspended", "course_version": 1, "reason": "payment-declined"},
            LEARNER,
            ContentClosed,
            {"why": "suspended", "reason": "payment-declined"},
        ),
    ],
)
def test_refusals(given: dict[str, Any], person: Any, kind: type[Refusal], facts: dict[str, object]) -> None:
    with pytest.raises(kind) as refused:
        access(**given).version_for(person)
    assert type(refused.value) is kind
    assert refused.value.facts == facts
