"""The life of a session."""

from __future__ import annotations

from datetime import timedelta

from lms_core.testing.fakes import MORNING, fake_id
from services.auth.domain.tokens import Session

DAY = timedelta(days=1)


def session() -> Session:
    return Session(id=fake_id(1), user_id=fake_id(2), created_at=MORNING, expires_at=MORNING + DAY)


def test_it_lasts_until_it_expires() -> None:
    one = session()
    assert one.alive(MORNING + DAY - timedelta(milliseconds=1))
    assert not one.alive(MORNING + DAY)


def test_use_prolongs_it() -> None:
    one = session()
    one.prolong(MORNING + DAY / 2, DAY)
    assert one.alive(MORNING + DAY)


def test_it_ends_once() -> None:
    one = session()
    one.end(MORNING)
    one.end(MORNING + DAY)
    assert one.ended_at == MORNING
    assert not one.alive(MORNING)
