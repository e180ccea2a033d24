"""Content: the learner's own version, open to whom it is open."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.testing.fakes import fake_id
from services.course.adapters.http.content import ContentView
from services.course.service import SERVICE
from services.course.tests.component.steps import COURSES, FILM, HELLO, TOPIC, Steps, failed, succeeded


async def through_the_flow(steps: Steps) -> None:
    course = await steps.published()
    await steps.price(course)
    path = f"{COURSES}/{course}/content"

    stranger = await steps.learner.get(path)
    assert (stranger.status_code, stranger.json()["type"]) == (404, "/problems/course/not-enrolled")

    mine = await steps.enroll(course)
    pending = await steps.learner.get(path)
    assert (pending.status_code, pending.json()["type"]) == (403, "/problems/course/content-closed")
    assert pending.json()["why"] == "pending"

    await steps.service.receive(failed(mine))
    suspended = (await steps.learner.get(path)).json()
    assert (suspended["why"], suspended["reason"]) == ("suspended", "payment-declined")

    await steps.service.receive(succeeded(mine, 2))
    for _ in range(2):  # encoded, then ready
        answer = await steps.learner.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        content = msgspec.json.decode(answer.content, type=ContentView)
        assert (str(content.course_id), content.course_version) == (course, 1)
        topic = content.modules[0].lessons[0].topics[0]
        assert topic.id == TOPIC
        assert msgspec.to_builtins(topic.blocks) == [HELLO, FILM]
        assert msgspec.json.encode(msgspec.json.decode(answer.content)) == answer.content

    mine = (await steps.learner.get("/api/v1/enrollments?learner=me")).json()["items"]
    assert [e["status"] for e in mine] == ["active"]
    listed = (await steps.learner.get(COURSES)).json()["items"]
    assert [(c["id"], c["amount"], c["places_taken"]) for c in listed] == [(course, 1999, 1)]


async def test_pending_suspended_open(steps: Steps) -> None:
    await through_the_flow(steps)


@pytest.mark.engine
async def test_pending_suspended_open_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await through_the_flow(Steps(service))
        assert await service.dead_letters() == []


async def test_a_learner_stays_on_their_version(steps: Steps) -> None:
    course = await steps.published()
    await steps.enroll(course)
    new = [{"title": "New", "lessons": [{"title": "L", "topics": [{"title": "T", "blocks": [HELLO]}]}]}]
    await steps.outline(course, new)
    await steps.publish(course)
    path = f"{COURSES}/{course}/content"
    contents = [(await who.get(path)).json() for who in (steps.learner, steps.author, steps.admin)]
    assert [c["course_version"] for c in contents] == [1, 2, 2]
    assert [c["modules"][0]["title"] for c in contents] == ["Engines", "New", "New"]


async def test_a_draft_has_no_content_yet(steps: Steps) -> None:
    path = f"{COURSES}/{await steps.draft()}/content"
    own = await steps.author.get(path)
    assert (own.status_code, own.json()["type"]) == (409, "/problems/course/not-published")
    assert (await steps.learner.get(path)).json()["type"] == "/problems/not-found"
    assert (await steps.learner.get(f"{COURSES}/{fake_id(999_999)}/content")).status_code == 404
    assert (await steps.service.client().get(path)).status_code == 401
