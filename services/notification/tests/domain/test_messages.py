"""Rules of messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.testing.fakes import MORNING, fake_id
from services.notification.domain.messages import Course, Message, halfway


def test_the_first_reading_counts() -> None:
    message = Message(
        id=fake_id(1), recipient_id=fake_id(2), kind="welcome", channel="in-app", once="w", facts={}, created_at=MORNING
    )
    message.read(MORNING)
    message.read(MORNING + timedelta(hours=1))
    assert message.read_at == MORNING
    assert message.topic == "account"


@pytest.mark.parametrize(("percent", "told"), [(0, False), (49, False), (50, True), (99, True), (100, False)])
def test_halfway_is_from_the_middle_to_before_the_end(percent: int, told: bool) -> None:
    assert halfway(percent) is told


def test_a_course_is_called_what_its_newest_version_says() -> None:
    course = Course(id=fake_id(1), title="Second", title_version=2)
    course.titled("First", 1)
    assert course.title == "Second"
    course.titled("Third", 3)
    assert (course.title, course.title_version) == ("Third", 3)
