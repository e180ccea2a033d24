"""The school on paper: its texts, its people and its calendar."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from lms_cli.school.courses import COURSES, CourseText
from lms_cli.school.people import LEARNERS, STAFF, WORDS
from lms_cli.school.plan import DAYS, Plan, Step, opening_before
from lms_core.security.permissions import ADMIN
from services.auth.domain.credentials import check_password
from services.auth.domain.demonstration import ADMINISTRATOR, PASSWORD
from services.auth.domain.registration import new_account
from services.course.domain.authoring import new_course
from services.course.domain.content import Text
from services.course.domain.outline import fitting

NOW = datetime(2026, 11, 27, 16, 40, tzinfo=UTC)


@pytest.fixture(scope="module", params=range(7), ids=lambda day: f"{NOW + timedelta(days=day):%A}")
def plan(request: pytest.FixtureRequest) -> Plan:
    """As it is made on each day of a week: some learn at weekends only."""
    return Plan(opening_before(NOW + timedelta(days=request.param)))


@pytest.mark.parametrize("text", COURSES, ids=lambda text: text.slug)
def test_a_course_has_something_to_read_on_every_topic(text: CourseText) -> None:
    assert fitting(text.modules) == text.modules
    for topic in text.topics:
        words = [block.markdown for block in topic.blocks if isinstance(block, Text)]
        assert len(" ".join(words).split()) >= 40, topic.title
        assert not any(re.search(r"\[video|^#|lorem", block) for block in words), topic.title
    assert any(topic.required for topic in text.topics)
    assert any(not topic.required for topic in text.topics)
    course = new_course(
        id=text.modules[0].id, instructor_id=STAFF[1].id, title=text.title, summary=text.summary, at=NOW
    )
    assert course.summary.count(".") >= 2


def test_the_courses_differ() -> None:
    assert len({len(text.topics) for text in COURSES}) == len(COURSES) == 4
    assert [text.slug for text in COURSES if text.amount] == ["four-ingredients"]
    assert [(text.slug, text.needs) for text in COURSES if text.needs] == [("fair-tests", "statistics")]
    assert any(not isinstance(block, Text) for text in COURSES for topic in text.topics for block in topic.blocks)


def test_everybody_could_have_registered() -> None:
    people = [*STAFF, *LEARNERS]
    assert (len(STAFF), len(LEARNERS)) == (3, 40)
    assert len({person.id for person in people}) == len({person.email for person in people}) == 43
    for person in people:
        account = new_account(id=person.id, email=person.email, display_name=person.name, locale=person.locale, at=NOW)
        assert (account.email, account.display_name) == (person.email, person.name)
        assert person.email.isascii()
        check_password(PASSWORD, email=person.email, display_name=person.name)
    assert [p.email for p in people if p.role == ADMIN] == [ADMINISTRATOR]
    assert {text.author for text in COURSES} <= set(WORDS)


def test_the_plan_is_the_same_each_time(plan: Plan) -> None:
    assert Plan(plan.opening).steps == plan.steps
    marks = [step.mark for step in plan.steps]
    assert len(set(marks)) == len(marks)


def test_the_six_weeks_end_at_the_last_midnight() -> None:
    assert opening_before(NOW) == datetime(2026, 10, 16, tzinfo=UTC)
    assert Plan(opening_before(NOW)).closing == datetime(2026, 11, 27, tzinfo=UTC)


def test_it_fills_the_six_weeks_before_last_midnight(plan: Plan) -> None:
    moments = [step.at for step in plan.steps]
    assert moments == sorted(moments)
    assert plan.opening < moments[0] < moments[-1] < plan.closing
    learning = [step.at for step in plan.steps if step.verb == "learn"]
    for week in range(1, DAYS // 7):
        begins = plan.opening + timedelta(weeks=week)
        assert sum(begins <= at < begins + timedelta(weeks=1) for at in learning) >= 10, week


def test_nobody_learns_before_their_place_is_taken(plan: Plan) -> None:
    places: dict[tuple[str, str], datetime] = {}
    for step in plan.steps:
        if step.verb == "enroll":
            places[step.who.email, step.slug] = step.at
        if step.verb == "learn":
            begun = places[step.who.email, step.slug]
            assert all(begun < activity.occurred_at <= step.at for activity in step.activities)


def test_what_comes_first_is_completed_first(plan: Plan) -> None:
    for enroll in [s for s in plan.steps if s.verb == "enroll" and s.course is not None and s.course.needs]:
        assert enroll.course is not None
        first = plan.texts[str(enroll.course.needs)]
        done = {
            activity.topic_id
            for step in plan.steps
            if step.who == enroll.who and step.verb == "learn" and step.at < enroll.at
            for activity in step.activities
            if activity.kind == "completed"
        }
        assert {topic.id for topic in first.topics if topic.required} <= done, enroll.who.name


def test_some_pay_at_once_some_in_the_end_and_some_never(plan: Plan) -> None:
    cards: dict[str, list[str]] = {s.who.email: [] for s in plan.steps if s.verb == "enroll" and s.course.amount}  # type: ignore[union-attr]
    for step in plan.steps:
        if step.verb == "add-card":
            cards[step.who.email].append(step.token)
    kinds = {tuple(tokens) for tokens in cards.values()}
    assert kinds == {("pm_ok",), ("pm_declined", "pm_ok"), ("pm_declined",), ()}


def steps_of(plan: Plan, name: str, *verbs: str) -> list[Step]:
    return [step for step in plan.steps if step.who.name == name and step.verb in verbs]


def test_what_is_said_of_people_is_true(plan: Plan) -> None:
    completed = [step.slug for step in steps_of(plan, "Amara Diallo", "enroll")]
    assert completed[:2] == ["statistics", "fair-tests"]
    last = steps_of(plan, "Kwame Boateng", "register", "enroll", "learn")[-1]
    assert last.at < plan.closing - timedelta(weeks=2)
    assert {step.at.weekday() for step in steps_of(plan, "Yuki Tanaka", "register", "enroll", "learn")} <= {5, 6}
    assert [step.token for step in steps_of(plan, "Jonas Lindqvist", "add-card")] == ["pm_declined", "pm_ok"]
    assert [step.token for step in steps_of(plan, "Chiara Bianchi", "add-card")] == ["pm_declined"]
    assert steps_of(plan, "Camille Lefèvre", "add-card") == []
