"""Watching the platform."""

from __future__ import annotations

from itertools import count

from lms_core.domain.pulse import Published, Pulse
from lms_core.testing.fakes import FakeClock
from services.gateway.domain.discovery import Directory
from services.gateway.domain.monitoring import Board, Tally
from services.gateway.tests.usecases.fakes import FakePulses, describe
from services.gateway.usecases.monitoring import Look, ShowPlatform

AUTH = Pulse(
    service="auth",
    summary="Accounts.",
    version="2",
    faults={},
    outbox=1,
    dead_letters=2,
    position=9,
    events=[Published(position=9, type="lms.auth.UserCreated.v1", at=5, trace_id="a" * 32)],
)


async def test_everybody_is_asked_from_where_the_log_was_read() -> None:
    pulses, board, milliseconds = FakePulses(auth=AUTH, user=None), Board(), count(step=1_000_000)
    look = Look(pulses, board, FakeClock(), lambda: next(milliseconds))
    await look()
    await look()
    assert pulses.asked == [("auth", None), ("user", None), ("auth", 9), ("user", None)]
    assert {name: standing.state for name, standing in board.standings.items()} == {"auth": "up", "user": "down"}
    assert board.standings["auth"].latency_ms is not None
    assert board.standings["auth"].latency_ms > 0
    assert [flow.service for flow in board.flows] == ["auth"]


async def test_the_platform_is_shown_as_it_was_heard() -> None:
    directory, board, tally, clock = Directory(), Board(), Tally(), FakeClock()
    directory.learn("user", describe("user", "/users"))
    pulses = FakePulses(auth=AUTH, billing=None)
    for second in range(990, 1000):
        tally.count("auth", second, failed=second > 998)
    show = ShowPlatform(directory, board, tally, pulses, clock, lambda: 1000 * 10**9)
    assert {service.state for service in (await show()).services} == {"unknown"}
    await Look(pulses, board, clock, lambda: 0)()
    auth, billing, user = (now := await show()).services
    assert (auth.name, auth.summary, auth.version, auth.state) == ("auth", "Accounts.", "2", "up")
    assert (auth.requests_per_second, auth.errors_per_second, auth.outbox, auth.dead_letters) == (1.0, 0.1, 1, 2)
    assert (billing.state, billing.why, billing.outbox, billing.heard_at) == ("down", ("billing is down",), None, None)
    assert (user.state, user.version) == ("unknown", "1")  # known by its descriptor alone
    assert (now.requests[-1], now.errors[-1], sum(now.requests)) == (1, 1, 10)
