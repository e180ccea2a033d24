"""What is known of services, what flows, how many requests come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.domain.pulse import Published, Pulse
from lms_core.domain.time import EPOCH
from lms_core.domain.traces import Step
from services.gateway.domain.monitoring import Board, Recollection, Tally, read_seen, write_seen


def pulse(position: int, *positions: int, **more: object) -> Pulse:
    events = [Published(position=p, type="lms.toy.Won.v1", at=p, trace_id="a" * 32) for p in positions]
    return Pulse(service="toy", summary="", version="1", faults={}, position=position, events=events, **more)  # type: ignore[arg-type]


def flowing(board: Board, *pulses: Pulse) -> list[int]:
    """Positions of what flows when these are heard, a second apart."""
    for n, said in enumerate(pulses):
        board.add(board.heard("toy", said, 1.0, n * 1000))
    return [flow.event.position for flow in board.flows]


def test_requests_are_counted_by_second_and_service() -> None:
    tally = Tally()
    for second, failed in ((100, False), (100, True), (109, False), (109, False)):
        tally.count("auth", second, failed=failed)
    tally.count("user", 109, failed=True)
    assert tally.rates(110) == {"auth": (0.4, 0.1), "user": (0.1, 0.1)}
    requests, errors = tally.series(110)
    assert (len(requests), requests[-10:], errors[-10:]) == (60, [2, *[0] * 8, 3], [1, *[0] * 8, 1])
    assert tally.rates(109) == {"auth": (0.2, 0.1)}  # a second that is not over does not count
    assert tally.rates(120) == {}
    tally.count("auth", 500, failed=False)
    assert sum(tally.series(501)[0]) == 1


def test_a_tally_is_of_sixty_whole_seconds_and_keeps_no_more() -> None:
    tally = Tally()
    for second in range(100, 161):
        tally.count("auth", second, failed=True)
        tally.count("auth", second, failed=True)
    assert tally.series(160) == ([2] * 60, [2] * 60)
    assert tally.rates(160) == {"auth": (2.0, 2.0)}
    tally.count("auth", 1000, failed=False)
    assert len(tally._counts) == 1


def test_the_last_requests_of_a_trace_are_remembered() -> None:
    kept = Recollection(size=2)
    for n, trace in enumerate("aab"):
        kept.keep((trace, "GET", "/x", 200, "x", 0.003, EPOCH + timedelta(milliseconds=n + 3)))
    [step] = kept.of("a")
    assert step == Step(kind="request", service="x", name="GET /x", at=1, ended=4, state="200")
    assert [step.at for step in kept.of("b")] == [2]


def test_what_flows_is_shown_once_though_it_is_read_again() -> None:
    assert flowing(Board(), pulse(2, 1, 2), pulse(4, 1, 2, 3, 4)) == [1, 2, 3, 4]


def test_an_event_that_commits_late_is_shown_late() -> None:
    assert flowing(Board(), pulse(3, 1, 3), pulse(3, 1, 2, 3)) == [1, 3, 2]


def test_a_log_that_begins_anew_is_shown_anew() -> None:
    assert flowing(Board(), pulse(9, 8, 9), pulse(2, 1, 2), pulse(8, 8)) == [8, 9, 1, 2, 8]


def test_one_that_does_not_answer_keeps_what_it_said() -> None:
    board = Board()
    board.missed("toy", "toy does not answer")
    assert (board.standings["toy"].state, board.position("toy")) == ("down", None)
    board.heard("toy", pulse(7, outbox=3), 1.5, 1000)
    assert (board.standings["toy"].state, board.standings["toy"].why) == ("up", ())
    board.missed("toy", "toy does not answer")
    standing = board.standings["toy"]
    assert (standing.state, standing.heard_at, standing.latency_ms, board.position("toy")) == ("down", 1000, None, 7)
    assert standing.pulse is not None
    assert standing.pulse.outbox == 3


def test_one_with_faults_is_degraded_and_says_why() -> None:
    board = Board()
    board.heard("toy", Pulse(service="toy", summary="", version="1", faults={"dependency": "no database"}), 1.0, 0)
    assert (board.standings["toy"].state, board.standings["toy"].why) == ("degraded", ("dependency: no database",))


def test_events_a_second_come_from_the_log_s_length() -> None:
    board = Board()
    board.heard("toy", pulse(100), 1.0, 0)
    assert board.standings["toy"].events_per_second == 0
    board.heard("toy", pulse(150), 1.0, 2000)
    assert board.standings["toy"].events_per_second == 25


def test_who_has_seen_some_is_given_the_rest() -> None:
    board = Board()
    flowing(board, pulse(5, 1, 2, 3, 4, 5))
    assert [flow.event.position for flow in board.beyond({"toy": 3})] == [4, 5]
    assert len(board.beyond({"other": 9})) == 5
    assert [flow.event.position for flow in board.after(3)] == [4, 5]
    assert board.after(5) == []


@pytest.mark.parametrize("seen", [{}, {"toy": 0}, {"auth": 12, "user": 7}])
def test_positions_are_an_event_s_id(seen: dict[str, int]) -> None:
    assert read_seen(write_seen(seen)) == seen


@pytest.mark.parametrize("id", ["12", "a:", ":1", "a:-1", "a:1;b:2", "a:1,", "a:" + "9" * 19, "a:١x"])
def test_what_is_no_such_id(id: str) -> None:
    assert read_seen(id) is None
