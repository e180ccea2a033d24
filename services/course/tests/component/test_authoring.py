"""Courses: made, edited and found."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import httpx
import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.testing.fakes import fake_id
from services.course.service import SERVICE
from services.course.tests.component.steps import AUTHOR, COURSES, Steps


async def test_a_new_course_is_its_authors_draft(steps: Steps) -> None:
    made = await steps.author.post(COURSES, json={"title": " Analytical   engines "})
    assert (made.status_code, made.headers["location"]) == (201, f"{COURSES}/{made.json()['id']}")
    course = made.json()["id"]
    answer = await steps.author.get(f"{COURSES}/{course}")
    assert (answer.status_code, answer.headers["etag"][:2]) == (200, '"1')
    shown = answer.json()
    assert shown["title"] == "Analytical engines"
    assert shown["instructor_id"] == str(AUTHOR)
    assert (shown["status"], shown["published_version"], shown["capacity"]) == ("draft", None, None)
    assert (await steps.admin.get(f"{COURSES}/{course}")).status_code == 200
    for stranger in (steps.other, steps.learner):
        answer = await stranger.get(f"{COURSES}/{course}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert (await steps.author.get(f"{COURSES}/{fake_id(999_999)}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "   "}, "#/title"),
        ({"title": "x" * 201}, "#/title"),
        ({"title": "a\x00b"}, "#/title"),
        ({"title": "fine", "summary": "\x07"}, "#/summary"),
    ],
)
async def test_bad_input_is_refused_at_its_place(steps: Steps, body: dict[str, str], pointer: str) -> None:
    answer = await steps.author.post(COURSES, json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_an_edit_that_changes_nothing_makes_no_version(steps: Steps) -> None:
    course = await steps.draft()
    before = await steps.author.get(f"{COURSES}/{course}")
    same = await steps.author.patch(
        f"{COURSES}/{course}", json={"title": before.json()["title"]}, headers={"if-match": before.headers["etag"]}
    )
    assert (same.json(), same.headers["etag"]) == (before.json(), before.headers["etag"])


async def test_a_form_is_told_all_its_faults(steps: Steps) -> None:
    answer = await steps.author.post(COURSES, json={"title": "", "summary": "x" * 5001})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/title", "#/summary"]


async def test_unknown_fields_are_refused(steps: Steps) -> None:
    assert (await steps.author.post(COURSES, json={"title": "x", "price": 3})).status_code == 400


async def test_a_repeated_key_makes_one_course(steps: Steps) -> None:
    key, body = {"Idempotency-Key": "c1"}, {"title": "Once"}
    first = await steps.author.post(COURSES, json=body, headers=key)
    again = await steps.author.post(COURSES, json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len((await steps.author.get(COURSES)).json()["items"]) == 1


async def test_an_edit_needs_the_version_it_was_made_from(steps: Steps) -> None:
    path = f"{COURSES}/{await steps.draft()}"
    missing = await steps.author.patch(path, json={"title": "New"})
    assert (missing.status_code, missing.json()["type"]) == (428, "/problems/precondition-required")
    edited = await steps.author.patch(path, json={"title": "New", "capacity": 3}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["etag"][:2]) == (200, '"2')
    assert (edited.json()["title"], edited.json()["capacity"]) == ("New", 3)
    stale = await steps.author.patch(path, json={"title": "Newer"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["type"], stale.json()["current"]) == (412, "/problems/stale", 2)
    unlimited = await steps.author.patch(path, json={"capacity": None}, headers={"If-Match": '"2"'})
    assert (unlimited.json()["capacity"], unlimited.json()["title"]) == (None, "New")


async def test_only_the_author_edits(steps: Steps) -> None:
    draft, published = await steps.draft(), await steps.published()
    change, tag = {"title": "Mine"}, {"If-Match": '"1"'}
    assert (await steps.other.patch(f"{COURSES}/{draft}", json=change, headers=tag)).status_code == 404
    assert (await steps.other.patch(f"{COURSES}/{published}", json=change, headers=tag)).status_code == 403
    assert (await steps.learner.patch(f"{COURSES}/{published}", json=change, headers=tag)).status_code == 403
    assert (await steps.admin.patch(f"{COURSES}/{draft}", json=change, headers=tag)).status_code == 200


async def test_an_invalid_edit_changes_nothing(steps: Steps) -> None:
    course = await steps.draft()
    for change in ({"title": " "}, {"capacity": -1}, {"capacity": 2_000_000}, {"summary": "\x07"}):
        assert (await steps.patch(course, **change)).status_code == 400
    assert (await steps.author.get(f"{COURSES}/{course}")).headers["etag"][:2] == '"1'


async def test_the_list_has_published_courses_and_own_drafts(steps: Steps) -> None:
    draft, published = await steps.draft("Draft"), await steps.published("Published")
    ids = [[c["id"] for c in (await who.get(COURSES)).json()["items"]] for who in (steps.author, steps.learner)]
    assert ids == [[published, draft], [published]]
    assert len((await steps.admin.get(COURSES)).json()["items"]) == 2


async def test_the_list_comes_in_pages(steps: Steps) -> None:
    made = [await steps.draft(f"Course {n}") for n in range(5)]
    seen: list[str] = []
    url = f"{COURSES}?limit=2"
    while url:
        answer = await steps.author.get(url)
        seen += [c["id"] for c in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else ""
    assert seen == made[::-1]
    assert (await steps.author.get(f"{COURSES}?limit=0")).status_code == 400
    bad = await steps.author.get(f"{COURSES}?cursor=x")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (400, "#/cursor")


async def test_courses_are_sorted_and_filtered(steps: Steps) -> None:
    zoo, ants = await steps.published("Zoology"), await steps.draft("Ants")
    await steps.price(zoo, amount=500)

    async def titles(query: str, who: httpx.AsyncClient = steps.author) -> list[str]:
        answer = await who.get(f"{COURSES}?{query}")
        assert answer.status_code == 200, answer.text
        return [course["title"] for course in answer.json()["items"]]

    assert await titles("sort=title") == ["Ants", "Zoology"]
    assert await titles("sort=-title") == ["Zoology", "Ants"]
    assert await titles("status=draft") == ["Ants"]
    assert await titles("status=draft&status=published") == ["Ants", "Zoology"]
    assert await titles("amount.ge=500") == ["Zoology"]
    assert await titles("amount.null=true") == ["Ants"]
    assert await titles(f"instructor_id={AUTHOR}&created_at.lt=2020-01-01T00:00:00Z") == []
    several = f"id={zoo}&id={ants}&id={fake_id(999_999)}"
    assert await titles(several) == ["Ants", "Zoology"]
    assert await titles(several, steps.learner) == ["Zoology"], "what one may not know of is not there"


async def test_who_is_not_signed_in_or_may_not_is_refused(steps: Steps) -> None:
    nobody = steps.service.client()
    assert (await nobody.get(COURSES)).status_code == 401
    assert (await steps.learner.post(COURSES, json={"title": "x"})).status_code == 403


async def rivals(steps: Steps) -> None:
    course = await steps.published()
    await steps.rewrite(course)
    path, tag = f"{COURSES}/{course}", {"If-Match": '"2"'}
    edits = [steps.author.patch(path, json={"title": f"Title {n}"}, headers=tag) for n in range(8)]
    publications = [steps.author.post(f"{path}/publish") for _ in range(4)]
    answers, versions = await asyncio.gather(asyncio.gather(*edits), asyncio.gather(*publications))
    outcome = Counter(a.status_code for a in answers)
    assert outcome[200] <= 1
    assert outcome[200] + outcome[412] == 8
    made = sorted(v.json()["version"] for v in versions if v.status_code == 201)
    assert made in ([2], [2, 3]), "one of the outline, and one more when the title was changed between"
    assert {v.json()["type"] for v in versions if v.status_code != 201} <= {"/problems/course/nothing-new"}


async def test_of_rival_edits_one_is_made(steps: Steps) -> None:
    await rivals(steps)


@pytest.mark.engine
async def test_of_rival_edits_one_is_made_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await rivals(Steps(service))
