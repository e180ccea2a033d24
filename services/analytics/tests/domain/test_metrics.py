"""Standings keep the newest fact of each kind; a course is the sum of their shares."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, strategies as st

from lms_core.domain.money import Money
from lms_core.testing.fakes import MORNING, fake_id
from services.analytics.domain.metrics import Course, Freshness, Share, Standing, freshness

_moments = st.integers(0, 3).map(lambda n: MORNING + timedelta(minutes=n))
_progress = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5), _moments), max_size=6)


def a_standing() -> Standing:
    return Standing(id=fake_id(1), course_id=fake_id(2))


@given(_progress, st.randoms(use_true_random=False))
def test_the_order_of_progress_does_not_matter(progress: list[tuple[int, int, object]], random: object) -> None:
    mixed = [*progress, *progress]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = a_standing(), a_standing()
    for step in progress:
        one.progress(*step)  # type: ignore[arg-type]
    for step in mixed:
        other.progress(*step)  # type: ignore[arg-type]
    assert one == other


def test_a_newer_version_of_a_place_counts_and_an_older_one_does_not() -> None:
    standing = a_standing()
    standing.place("active", 3)
    standing.place("suspended", 2)
    assert standing.share().active
    standing.place("suspended", 4)
    assert standing.share().suspended


def test_progress_waits_for_its_enrollment_and_money_does_not() -> None:
    standing = a_standing()
    standing.progress(40, 60, MORNING)
    standing.complete()
    standing.pay(fake_id(9), Money(500, "EUR"))
    assert standing.share() == Share(revenue=(Money(500, "EUR"),))
    standing.place("active", 1)
    assert standing.share() == Share(
        enrolled=1, active=1, completed=1, percents=40, seconds=60, revenue=(Money(500, "EUR"),)
    )


def test_a_place_that_was_given_up_is_no_enrollment() -> None:
    standing = a_standing()
    standing.place("pending", 1)
    standing.place("cancelled", 2)
    assert standing.share() == Share()
    standing.place("active", 3)  # paid for just before
    assert standing.share().enrolled == standing.share().active == 1


def test_a_payment_counts_once() -> None:
    standing = a_standing()
    for _ in range(2):
        standing.pay(fake_id(9), Money(500, "EUR"))
    assert standing.share().revenue == (Money(500, "EUR"),)


def test_a_course_moves_from_one_share_to_the_next() -> None:
    course = Course(id=fake_id(2))
    first = Share(enrolled=1, pending=1, revenue=(Money(5, "EUR"), Money(7, "USD")))
    course.move(Share(), first)
    course.move(first, Share(enrolled=1, active=1, percents=30, revenue=(Money(5, "EUR"), Money(9, "USD"))))
    assert (course.enrolled, course.pending, course.active, course.percents) == (1, 0, 1, 30)
    assert course.revenue == {"EUR": 5, "USD": 9}


def test_the_newest_edition_says_whose_the_course_is() -> None:
    course = Course(id=fake_id(2))
    course.publish(edition=2, title="second", instructor_id=fake_id(4))
    course.publish(edition=1, title="first", instructor_id=fake_id(3))
    assert (course.title, course.instructor_id) == ("second", fake_id(4))


def test_as_of_is_the_newest_event() -> None:
    course = Course(id=fake_id(2))
    course.count(MORNING)
    course.count(MORNING - timedelta(hours=1))
    assert (course.events, course.as_of) == (2, MORNING)


def test_freshness() -> None:
    assert freshness(None, MORNING) == Freshness(waiting_since=None, behind_seconds=0)
    assert freshness(MORNING, MORNING + timedelta(seconds=90)).behind_seconds == 90
    assert freshness(MORNING, MORNING - timedelta(seconds=5)).behind_seconds == 0
