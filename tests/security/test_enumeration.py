"""Who has an account is told by no answer, and by no difference in the work that is done."""

from __future__ import annotations

import pytest

from services.auth.adapters.crypto.credentials import Argon2Passwords
from tests.security.knock import Answer
from tests.security.school import PASSWORD, School

pytestmark = pytest.mark.asyncio(loop_scope="package")

_VARIES = {"traceparent", "date", "content-length"}


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every hashing, one after the other: `hash` or `verify`, and with how much memory and how many passes."""
    done: list[str] = []
    hash_, verify = Argon2Passwords.hash, Argon2Passwords._verify

    async def counting_hash(self: Argon2Passwords, password: str) -> str:
        done.append("hash")
        return await hash_(self, password)

    async def counting_verify(self: Argon2Passwords, password_hash: str, password: str) -> bool:
        done.append("verify " + password_hash.split("$")[3])
        return await verify(self, password_hash, password)

    monkeypatch.setattr(Argon2Passwords, "hash", counting_hash)
    monkeypatch.setattr(Argon2Passwords, "_verify", counting_verify)
    return done


def seen(answer: Answer) -> tuple[int, object, list[tuple[str, str]]]:
    """All of an answer but its trace."""
    body = {name: value for name, value in answer.json.items() if name != "trace_id"}
    return answer.status, body, sorted(h for h in answer.headers if h[0] not in _VARIES)


async def test_signing_in(shared: School, hashed: list[str]) -> None:
    await shared.ask(None, "POST", "/auth/login", {"email": "first@example.org", "password": "warms up"})
    answers, work = [], []
    for email in (shared.learner.email, "nobody@example.org", "no address", ""):
        hashed.clear()
        answers.append(await shared.ask(None, "POST", "/auth/login", {"email": email, "password": "a guess"}))
        work.append(tuple(hashed))
    assert len(answers[0].body) == len(answers[1].body)
    assert [seen(answer) for answer in answers] == [seen(answers[0])] * 4
    assert (answers[0].status, work) == (401, [work[0]] * 4)
    assert [step.split()[0] for step in work[0]] == ["verify"]


async def test_registering(shared: School, hashed: list[str]) -> None:
    answers, work = [], []
    for email in (shared.learner.email, shared.learner.email.upper(), "somebody.new@example.org"):
        hashed.clear()
        body = {"email": email, "password": PASSWORD, "display_name": "Somebody"}
        answers.append(await shared.ask(None, "POST", "/auth/register", body))
        work.append(tuple(hashed))
    assert [seen(answer) for answer in answers] == [seen(answers[0])] * 3
    assert (answers[0].status, work) == (202, [("hash",)] * 3)


async def test_what_is_not_there_and_what_is_not_yours_look_alike(shared: School) -> None:
    nothing = "01a21dd8-0000-7000-8000-000000000000"
    eve, linus = shared.stranger, shared.learner
    for path, id in (
        ("/billing/invoices/{}", eve["invoice_id"]),
        ("/courses/{}", shared.draft),
        ("/courses/{}/content", shared.draft),
        ("/progress/courses/{}", shared.others_course),
    ):
        answers = [await shared.ask(linus, "GET", path.format(one)) for one in (id, nothing)]
        first, second = ({k: v for k, v in a.json.items() if k not in ("trace_id", "instance")} for a in answers)
        assert first == second
        assert answers[0].status == 404
