"""The database goes away under a running platform and comes back: 503 meanwhile, and everything accepted is done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lms_cli.api import Api
from tests.engines.postgres import Postgres
from tests.faults.crowd import Ask, together
from tests.faults.school import NO_LIMITS, School
from tests.faults.stores import Stores, until_asked
from tests.platforms import running

LEARNERS, REGISTRATIONS = 40, 120


async def refusals(school: School) -> Counter[str]:
    """What requests of all kinds are answered while the database is away: each a 503 problem, in our shape."""
    someone, mine = school.learners[0].api, f"/api/v1/courses/{school.free}"
    asked = [
        (method, path, await api.ask(method, path, body))
        for api, method, path, body in (
            (school.api, "POST", "/api/v1/auth/login", {"email": school.learners[0].email, "password": "wrong"}),
            (school.api, "POST", "/api/v1/auth/register", school.registrations[0].body),
            (someone, "GET", "/api/v1/users/me", None),
            (someone, "GET", mine, None),
            (someone, "POST", f"{mine}/enrollments", None),
            (someone, "GET", "/api/v1/enrollments?learner=me", None),
            (someone, "GET", f"/api/v1/progress/courses/{school.free}", None),
            (someone, "GET", "/api/v1/billing/invoices", None),
            (someone, "POST", "/api/v1/billing/payment-methods", {"token": "pm_ok"}),
            (someone, "GET", "/api/v1/notifications", None),
        )
    ]
    for method, path, answer in asked:
        assert answer.status == 503, (method, path, answer)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.body["status"] == 503
        assert answer.body["trace_id"] == answer.trace_id
        assert int(answer.headers["retry-after"]) >= 1
    return Counter(answer.body["type"] for _, _, answer in asked)


@pytest.mark.engine
@pytest.mark.timeout(300)
async def test_postgresql_killed_and_restarted_under_a_running_platform(tmp_path: Path) -> None:
    with Postgres() as postgres:
        stores = Stores(tmp_path, postgres, "gone")
        with running(tmp_path, {**NO_LIMITS, **stores.create()}) as platform:
            async with Api.open(platform.url) as api:
                try:
                    school = await School.open(platform, stores, api, learners=LEARNERS)
                    asks = school.asks(REGISTRATIONS)
                    faults: list[tuple[int, Callable[[], None]]] = [
                        (40, postgres.kill),
                        (70, postgres.restart),
                        (110, postgres.halt),
                        (140, postgres.restart),
                    ]
                    outcomes = await together(asks, at=faults)
                    statuses = Counter(ask.answer.status if ask.answer else 0 for ask in asks)
                    assert statuses.keys() <= {201, 202, 503}, [a.answer for a in asks if not _expected(a)][:3]
                    await school.settle()
                    postgres.kill()
                    kinds = await refusals(school)
                    assert (await api.ask("GET", "/health/live")).status == 200
                    postgres.restart()
                    back = time.monotonic()
                    me = school.learners[0].api
                    await until_asked(lambda: me.ask("GET", "/api/v1/users/me"), lambda a: a.status == 200, "back")
                    answered_after = time.monotonic() - back
                    took = await school.check(120)
                except BaseException:
                    print(platform.logs())
                    raise
            assert platform.stop() == {"gateway": 0}
    print(
        f"\nPostgreSQL killed twice and stopped once under {len(asks)} requests: {outcomes['accepted']} accepted, "
        f"{outcomes['unavailable']} answered 503, {outcomes['unanswered']} unanswered, none 500; while it was away "
        f"{dict(kinds)}; answering {answered_after:.1f} s after it was back, all accepted done {took:.1f} s after"
    )


def _expected(ask: Ask) -> bool:
    return ask.answer is not None and ask.answer.status in (201, 202, 503)
