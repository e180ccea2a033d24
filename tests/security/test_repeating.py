"""Idempotency keys at every door: what is repeated has one effect and the same answer, or says why it has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lms_adapters.web.inject import is_repeatable
from tests.architecture.house import SERVICES, endpoints
from tests.security import requests
from tests.security.knock import Answer
from tests.security.matrix import known
from tests.security.school import Person, opened, unique

WITHOUT = {
    "auth.choose_password": "an invitation counts once",
    "auth.login": "answers with credentials are never stored",
    "auth.refresh": "answers with credentials are never stored",
    "auth.logout": "again, nothing is left to end",
    "auth.erase_account": "again, nothing is left to erase",
    "auth.assign_role": "a role that is given again changes nothing",
    "billing.receive_webhook": "the provider repeats it, and it counts once by what it says",
    "progress.record_activities": "each activity carries an id that the client made",
}
"""POSTs whose answers are not repeated under an Idempotency-Key, and why."""
POSTS = [endpoint for endpoint in known() if endpoint.method == "POST"]


def test_every_post_is_repeatable_or_says_why_not() -> None:
    repeatable = {
        f"{service}.{handler.fn.__name__}": is_repeatable(handler.fn)
        for service in SERVICES
        for method, _, handler in endpoints(service)
        if method == "POST"
    }
    assert {name for name, is_ in repeatable.items() if not is_} == set(WITHOUT)
    assert len(repeatable) == len(POSTS)


OTHERWISE = {
    "auth.register": {"display_name": "Somebody Else"},
    "billing.set_price": {"amount": 200},
    "billing.add_method": {"token": "pm_declined"},
    "course.enroll": {"price_id": "01a21dd8-0000-7000-8000-000000000000"},
    "course.create_course": {"title": "Something else"},
    "notification.add_device": {"name": "Another one"},
}
"""What makes another request of it, just as valid; where there is no body, any body does."""


async def test_what_is_repeated_has_one_effect_and_the_same_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as school:
        await school.furnish()
        people = {"learner": school.learner, "instructor": school.instructor, "admin": school.admin}
        for endpoint in (one for one in POSTS if one.operation not in WITHOUT):
            who, key = people[endpoint.least_role], unique("key")
            of = requests.own(school, who, endpoint.operation)
            path = endpoint.path.format_map(of)
            body = requests.BODIES[endpoint.operation](school, of) if endpoint.takes_body else None

            async def ask(body: Any, key: str, who: Person = who, path: str = path) -> Answer:
                return await school.ask(who, "POST", path, body, headers=[("idempotency-key", key)])

            first = await ask(body, key)
            assert first.status == endpoint.status, (endpoint.operation, first.body)
            before = await school.written()
            again = await ask(body, key)
            assert (again.status, again.body) == (first.status, first.body), endpoint.operation
            other = await ask({**(body or {}), **OTHERWISE.get(endpoint.operation, {"any": "body"})}, key)
            assert (other.status, other.problem) == (422, "idempotency-key-reused"), endpoint.operation
            for bad in ("k" * 129, "", "two words", "k\x7f", "\u00e9"):
                assert (await ask(body, bad)).problem == "invalid", (endpoint.operation, bad)
            assert await school.written() == before, f"{endpoint.operation}: something was written again"
