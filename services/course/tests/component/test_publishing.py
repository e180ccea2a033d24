"""Versions: numbered, announced, and never changed."""

from __future__ import annotations

import asyncio

from lms_core.contracts.course import CoursePublished, PublishedTopic
from services.course.tests.component.steps import AUTHOR, COURSES, SECOND, TOPIC, Steps


async def test_a_version_is_numbered_and_announced(steps: Steps) -> None:
    course = await steps.draft()
    await steps.outline(course)
    first = await steps.publish(course)
    assert (await steps.patch(course, title="Engines")).status_code == 200
    second = await steps.publish(course)
    assert (first["version"], second["version"], first["topics"]) == (1, 2, 2)
    [event, _] = await steps.service.published(CoursePublished)
    assert (str(event.course_id), event.version, event.title) == (course, 1, "Analytical engines")
    assert event.instructor_id == AUTHOR
    assert event.topics == (
        PublishedTopic(topic_id=TOPIC, title="Punching", required=True),
        PublishedTopic(topic_id=SECOND, title="Loops", required=False),
    )
    shown = (await steps.learner.get(f"{COURSES}/{course}")).json()
    assert (shown["status"], shown["published_version"]) == ("published", 2)


async def test_an_empty_outline_is_not_published(steps: Steps) -> None:
    course = await steps.draft()
    await steps.outline(course, [{"title": "Nothing in it", "lessons": []}])
    answer = await steps.author.post(f"{COURSES}/{course}/publish")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/course/empty-outline")
    assert await steps.service.published(CoursePublished) == []


async def test_what_is_published_already_is_not_published_again(steps: Steps) -> None:
    course = await steps.published()
    answers = await asyncio.gather(*(steps.author.post(f"{COURSES}/{course}/publish") for _ in range(4)))
    assert {(a.status_code, a.json()["type"]) for a in answers} == {(409, "/problems/course/nothing-new")}
    assert len(await steps.service.published(CoursePublished)) == 1


async def test_a_repeated_key_publishes_once(steps: Steps) -> None:
    course = await steps.draft()
    await steps.outline(course)
    path, key = f"{COURSES}/{course}/publish", {"Idempotency-Key": "p1"}
    answers = [await steps.author.post(path, headers=key) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(await steps.service.published(CoursePublished)) == 1


async def test_only_the_author_publishes(steps: Steps) -> None:
    draft, published = await steps.draft(), await steps.published()
    assert (await steps.other.post(f"{COURSES}/{draft}/publish")).status_code == 404
    assert (await steps.other.post(f"{COURSES}/{published}/publish")).status_code == 403
    assert (await steps.learner.post(f"{COURSES}/{published}/publish")).status_code == 403
    await steps.rewrite(published)
    assert (await steps.admin.post(f"{COURSES}/{published}/publish")).json()["version"] == 2


async def test_publishing_is_audited(steps: Steps) -> None:
    course = await steps.published()
    database = steps.service.running.database
    assert database is not None
    [row] = await database.read("SELECT actor, action, subject FROM lms_audit", ())
    assert tuple(row) == (str(AUTHOR), "course.published", course)
