"""The outline, replaced as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from services.course.tests.component.steps import COURSES, FILM, HELLO, MODULES, SECOND, TOPIC, Steps


def modules(*topics: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"title": "M", "lessons": [{"title": "L", "topics": list(topics)}]}]


async def test_it_comes_back_as_it_was_given(steps: Steps) -> None:
    course = await steps.draft()
    path = f"{COURSES}/{course}/outline"
    empty = await steps.author.get(path)
    assert (empty.json()["modules"], empty.headers["etag"][:2]) == ([], '"1')
    given = await steps.outline(course)
    assert (given.status_code, given.headers["etag"][:2]) == (200, '"2')
    shown = (await steps.author.get(path)).json()
    assert shown == given.json()
    [topic, second] = shown["modules"][0]["lessons"][0]["topics"]
    assert (topic["id"], topic["required"], topic["blocks"]) == (str(TOPIC), True, [HELLO, FILM])
    assert (second["id"], second["required"], second["blocks"]) == (str(SECOND), False, [FILM])


async def test_what_was_shown_can_be_given_back(steps: Steps) -> None:
    course = await steps.draft()
    first = (await steps.outline(course)).json()
    again = await steps.outline(course, first["modules"])
    assert again.json()["modules"] == first["modules"]
    assert again.headers["etag"][:2] == '"2', "nothing has changed"


async def test_a_change_needs_the_version_it_was_made_from(steps: Steps) -> None:
    path = f"{COURSES}/{await steps.draft()}/outline"
    body = {"modules": MODULES}
    assert (await steps.author.put(path, json=body)).status_code == 428
    assert (await steps.author.put(path, json=body, headers={"If-Match": '"1"'})).status_code == 200
    stale = await steps.author.put(path, json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]) == (412, 2)
    course = (await steps.author.get(path.removesuffix("/outline"))).headers["etag"]
    assert course[:2] == '"1', "the course itself has not changed"


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        (modules({"title": " "}), "#/modules/0/lessons/0/topics/0/title"),
        (
            modules({"id": str(TOPIC), "title": "a"}, {"id": str(TOPIC), "title": "b"}),
            "#/modules/0/lessons/0/topics/1/id",
        ),
        (
            modules({"title": "a", "blocks": [{"kind": "text", "markdown": "  "}]}),
            "#/modules/0/lessons/0/topics/0/blocks/0/markdown",
        ),
        (
            modules({"title": "a", "blocks": [HELLO, FILM | {"url": "javascript:alert(1)"}]}),
            "#/modules/0/lessons/0/topics/0/blocks/1/url",
        ),
        (modules({"title": "a", "blocks": [FILM | {"seconds": 0}]}), "#/modules/0/lessons/0/topics/0/blocks/0/seconds"),
        (modules({"title": "a", "blocks": [{"kind": "quiz"}]}), "#/modules/0/lessons/0/topics/0/blocks/0/kind"),
    ],
)
async def test_faults_are_named_at_their_place(steps: Steps, given: list[dict[str, Any]], pointer: str) -> None:
    answer = await steps.outline(await steps.draft(), given)
    assert answer.status_code == 400, answer.text
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


async def test_all_that_is_wrong_is_told_at_once(steps: Steps) -> None:
    text = {"kind": "text", "markdown": ""}
    answer = await steps.outline(
        await steps.draft(),
        [
            {
                "title": "",
                "lessons": [{"title": "", "topics": [{"title": "x" * 201, "blocks": [text, FILM | {"seconds": 0}]}]}],
            }
        ],
    )
    topic = "#/modules/0/lessons/0/topics/0"
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "#/modules/0/title",
        "#/modules/0/lessons/0/title",
        f"{topic}/title",
        f"{topic}/blocks/0/markdown",
        f"{topic}/blocks/1/seconds",
    }


async def test_only_the_author_works_on_it(steps: Steps) -> None:
    draft, published = await steps.draft(), await steps.published()
    for course, status in ((draft, 404), (published, 403)):
        path = f"{COURSES}/{course}/outline"
        assert (await steps.other.get(path)).status_code == status
        put = await steps.other.put(path, json={"modules": []}, headers={"If-Match": '"1"'})
        assert put.status_code == status
        assert (await steps.learner.get(path)).status_code == 403
    assert (await steps.admin.get(f"{COURSES}/{draft}/outline")).status_code == 200
