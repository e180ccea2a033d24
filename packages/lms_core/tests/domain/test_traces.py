"""The story of a trace, told from its rows."""

from __future__ import annotations

import pytest

from lms_core.domain.traces import Step, Story, find_trace_id, tell

TRACE = "0af7651916cd43dd8448eb211c80319c"
CLICK = Step(kind="request", service="course", name="POST /api/v1/courses", at=100, ended=120, state="201")
ENROLLED = Step(kind="event", service="course", name="Enrolled", at=110, state="sent", by="a", event="e1")
PLACE = Step(kind="record", service="course", name="enrollment", at=110, by="a", state="active")
CHARGING = Step(
    kind="consumer", service="billing", name="charge", at=115, ended=130, span="b", event="e1", state="done"
)
CHARGE = Step(kind="job", service="billing", name="ask", at=120, ended=160, by="b", span="c", state="done")
PAID = Step(kind="event", service="billing", name="Paid", at=158, by="c", event="e2", state="sent")


def told(*steps: Step, missing: tuple[str, ...] = ()) -> Story:
    story = tell(TRACE, steps, missing)
    assert story is not None
    return story


def lines(story: Story) -> list[str]:
    return [f"{'  ' * depth}{step.title}" for depth, step in story.walk()]


def test_what_follows_from_what() -> None:
    story = told(PAID, CHARGE, CHARGING, PLACE, ENROLLED, CLICK)
    assert lines(story) == [
        "POST /api/v1/courses",
        "  enrollment",
        "  Enrolled",
        "    charge",
        "      ask",
        "        Paid",
    ]
    assert (story.trace_id, story.began, story.ended, story.complete) == (TRACE, 100, 160, True)


def test_a_request_that_nobody_remembers_is_told_by_its_service() -> None:
    assert lines(told(ENROLLED, PLACE)) == ["request to course", "  enrollment", "  Enrolled"]


def test_requests_of_one_trace_are_told_apart_by_service_and_time() -> None:
    later = Step(kind="request", service="course", name="PUT /api/v1/courses", at=900, ended=950, state="200")
    elsewhere = Step(kind="request", service="user", name="GET /api/v1/users", at=100, ended=990, state="200")
    changed = Step(kind="event", service="course", name="Changed", at=930, by="d", event="e9", state="sent")
    assert lines(told(later, elsewhere, changed, ENROLLED)) == [
        "GET /api/v1/users",
        "request to course",
        "  Enrolled",
        "PUT /api/v1/courses",
        "  Changed",
    ]


def test_the_same_span_id_in_two_services_is_two_spans() -> None:
    stray = Step(kind="event", service="user", name="Stray", at=140, by="b", event="e3", state="sent")
    assert "  Stray" in lines(told(CHARGING, ENROLLED, CLICK, stray))


def test_a_consumer_whose_publisher_is_missing_stands_alone() -> None:
    story = told(CHARGING, CHARGE, missing=("course",))
    assert lines(story) == ["charge", "  ask"]
    assert (story.complete, story.missing) == (False, ["course"])


def test_a_job_that_goes_on_and_on_is_told_on_one_level() -> None:
    again = [
        Step(kind="job", service="billing", name="ask", at=200 + n, by=by, span=f"s{n}", state="done")
        for n, by in enumerate(["c", "s0", "s1", "s2"])
    ]
    depths = [depth for depth, step in told(CHARGING, CHARGE, ENROLLED, CLICK, *again).walk() if step.name == "ask"]
    assert depths == [3, 4, 4, 4, 4]


def test_a_job_that_begins_another_is_told_above_it() -> None:
    other = Step(kind="job", service="billing", name="settle", at=170, by="c", span="d", state="done")
    last = Step(kind="job", service="billing", name="tell", at=180, by="d", state="done")
    depths = {step.name: depth for depth, step in told(CHARGING, CHARGE, ENROLLED, CLICK, other, last).walk()}
    assert (depths["ask"], depths["settle"], depths["tell"]) == (3, 4, 5)


@pytest.mark.parametrize(("kind", "state"), [("event", "waiting"), ("consumer", "backing-off"), ("job", "open")])
def test_a_story_is_complete_when_nothing_waits(kind: str, state: str) -> None:
    waiting = Step(kind=kind, service="user", name="x", at=1, state=state)  # type: ignore[arg-type]
    assert not told(waiting).complete
    dead = Step(kind="consumer", service="user", name="x", at=1, state="dead", error="ValueError")
    assert told(dead).complete


def test_nothing_is_no_story() -> None:
    assert tell(TRACE, []) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TRACE, TRACE),
        (f" {TRACE.upper()}\n", TRACE),
        (f"00-{TRACE}-b7ad6b7169203331-01", TRACE),
        (f'{{"instance": "/api/v1/users/01a2", "trace_id": "{TRACE}"}}', TRACE),
        (f"{TRACE}0", None),
        ("0" * 32, None),
        ("", None),
        ("'; DROP TABLE lms_outbox; --", None),
    ],
)
def test_an_id_is_found_in_what_was_pasted(text: str, found: str | None) -> None:
    assert find_trace_id(text) == found
