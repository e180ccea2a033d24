"""Profiles, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.user import ProfileUpdated
from lms_core.testing.fakes import fake_id
from services.user.service import SERVICE
from services.user.tests.component.people import ADA, BOB, ME, PREFERENCES, problem, registered


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as running:
        await running.receive(registered())
        yield running


async def test_a_registration_becomes_a_profile(service: ServiceUnderTest) -> None:
    answer = await service.client("learner", id=ADA).get(ME)
    assert (answer.status_code, answer.headers["etag"][:2]) == (200, '"1')
    assert answer.json() == {
        "id": str(ADA),
        "display_name": "Ada Lovelace",
        "bio": "",
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-02T09:00:00Z",
    }


async def test_until_it_arrives_the_answer_is_not_yet(service: ServiceUnderTest) -> None:
    bob = service.client("learner", id=BOB)
    for path in (ME, PREFERENCES):
        answer = await bob.get(path)
        assert (problem(answer), answer.headers["retry-after"]) == ((404, "not-yet"), "1")
    assert problem(await bob.patch(ME, json={"bio": "x"}, headers={"if-match": '"1"'})) == (404, "not-yet")
    await service.receive(registered(BOB, "Bob"))
    assert (await bob.get(ME)).json()["display_name"] == "Bob"


async def test_a_registration_that_comes_twice_makes_one_profile(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    assert (await ada.patch(ME, json={"bio": "Poetry."}, headers={"if-match": '"1"'})).status_code == 200
    await service.receive(registered(), registered())
    assert (await ada.get(ME)).json()["bio"] == "Poetry."
    assert await service.dead_letters() == []


async def test_an_edit_is_seen_and_published(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    answer = await ada.patch(ME, json={"display_name": " Ada  King "}, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["etag"][:2], answer.json()["display_name"]) == (200, '"2', "Ada King")
    answer = await ada.patch(ME, json={"bio": "Mathematics\nand poetry."}, headers={"if-match": '"2"'})
    assert answer.json()["display_name"] == "Ada King"
    assert (await ada.get(ME)).json() == answer.json()
    events = await service.published(ProfileUpdated)
    assert [(e.display_name, e.version) for e in events] == [("Ada King", 2), ("Ada King", 3)]
    assert {(e.user_id, e.locale, e.time_zone) for e in events} == {(ADA, "en", "UTC")}


async def test_an_edit_to_the_same_is_none(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    for body in ({}, {"display_name": "Ada Lovelace"}):
        answer = await ada.patch(ME, json=body, headers={"if-match": '"1"'})
        assert (answer.status_code, answer.headers["etag"][:2]) == (200, '"1')
    assert await service.published(ProfileUpdated) == []


@pytest.mark.parametrize("tag", ['"0"', '"2"', "*", 'W/"1"', '"1", "2"', '"x"'])
async def test_an_edit_of_something_else_than_what_was_read(service: ServiceUnderTest, tag: str) -> None:
    answer = await service.client("learner", id=ADA).patch(ME, json={"bio": "x"}, headers={"if-match": tag})
    assert problem(answer) == (412, "stale")


@pytest.mark.parametrize("tag", ["1", ""])
async def test_an_edit_with_what_is_no_tag(service: ServiceUnderTest, tag: str) -> None:
    answer = await service.client("learner", id=ADA).patch(ME, json={"bio": "x"}, headers={"if-match": tag})
    assert problem(answer) == (400, "invalid")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/If-Match"]


async def test_an_edit_without_having_read(service: ServiceUnderTest) -> None:
    answer = await service.client("learner", id=ADA).patch(ME, json={"bio": "x"})
    assert problem(answer) == (428, "precondition-required")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"display_name": ""}, "#/display_name"),
        ({"display_name": "x" * 101}, "#/display_name"),
        ({"display_name": "x" * 1000}, "#/display_name"),
        ({"display_name": None}, "#/display_name"),
        ({"bio": "\x00"}, "#/bio"),
        ({"bio": "x" * 2001}, "#/bio"),
        ({"email": "eve@example.org"}, "#/email"),
    ],
)
async def test_what_is_wrong_is_pointed_at(service: ServiceUnderTest, body: object, pointer: str) -> None:
    answer = await service.client("learner", id=ADA).patch(ME, json=body, headers={"if-match": '"1"'})
    assert problem(answer) == (400, "invalid")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await service.published(ProfileUpdated) == []


async def test_all_that_is_wrong_is_told_at_once(service: ServiceUnderTest) -> None:
    body = {"display_name": "\u200d", "bio": "\x00"}
    answer = await service.client("learner", id=ADA).patch(ME, json=body, headers={"if-match": '"1"'})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/display_name", "#/bio"]


async def test_people_write_in_every_script(service: ServiceUnderTest) -> None:
    body = {"display_name": "پگاه‌سادات", "bio": "👩‍👩‍👧\n\u3000日本語"}
    answer = await service.client("learner", id=ADA).patch(ME, json=body, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json() | body) == (200, answer.json())


async def rivals(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    edits = [ada.patch(ME, json={"bio": f"tab {n}"}, headers={"if-match": '"1"'}) for n in range(4)]
    answers = await asyncio.gather(*edits)
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]
    assert len(await service.published(ProfileUpdated)) == 1


async def test_of_rivals_one_wins(service: ServiceUnderTest) -> None:
    await rivals(service)


@pytest.mark.engine
async def test_of_rivals_one_wins_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await service.receive(registered())
        await rivals(service)
        assert (await service.client("learner", id=ADA).get(PREFERENCES)).json()["locale"] == "en"


async def test_what_the_client_has_is_not_sent_again(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    tag = (await ada.get(ME)).headers["etag"]
    for tags in (tag, f"W/{tag}", f'"7", {tag}', "*"):
        answer = await ada.get(ME, headers={"if-none-match": tags})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert (await ada.get(ME, headers={"if-none-match": '"7"'})).status_code == 200


@pytest.mark.parametrize("path", [ME, PREFERENCES])
async def test_a_tag_means_nothing_to_somebody_else(service: ServiceUnderTest, path: str) -> None:
    await service.receive(registered(BOB, "Ada Lovelace"))
    ada, bob = service.client("learner", id=ADA), service.client("learner", id=BOB)
    tag = (await ada.get(path)).headers["etag"]
    assert (await bob.get(path, headers={"if-none-match": tag})).status_code == 200
    body = (await bob.get(PREFERENCES)).json() if path == PREFERENCES else {"bio": "Mine."}
    change = bob.put if path == PREFERENCES else bob.patch
    assert problem(await change(path, json=body, headers={"if-match": tag})) == (412, "stale")


async def test_others_see_the_public_part(service: ServiceUnderTest) -> None:
    await service.client("learner", id=ADA).patch(ME, json={"bio": "Poetry."}, headers={"if-match": '"1"'})
    answer = await service.client("learner", id=BOB).get(f"/api/v1/users/{ADA}")
    assert answer.json() == {"id": str(ADA), "display_name": "Ada Lovelace", "bio": "Poetry."}


async def test_nobody_has_no_profile(service: ServiceUnderTest) -> None:
    client = service.client("learner")
    assert problem(await client.get(f"/api/v1/users/{fake_id(999)}")) == (404, "not-found")
    assert (await client.get("/api/v1/users/you")).status_code == 404


async def test_strangers_and_those_without_a_role_are_refused(service: ServiceUnderTest) -> None:
    for client, expected in (
        (service.client(), (401, "unauthenticated")),
        (service.client("unheard-of", id=ADA), (403, "forbidden")),
    ):
        assert problem(await client.get(ME)) == expected
        assert problem(await client.get(f"/api/v1/users/{ADA}")) == expected
        assert problem(await client.patch(ME, json={}, headers={"if-match": '"1"'})) == expected


async def test_several_public_profiles_are_read_at_once(service: ServiceUnderTest) -> None:
    await service.receive(registered(BOB, "Bob"))
    ada = service.client("learner", id=ADA)
    users = "/api/v1/users"
    answer = await ada.get(f"{users}?id={BOB}&id={fake_id(999)}&id={ADA}")
    assert answer.status_code == 200
    both = [{"id": str(id), "display_name": name, "bio": ""} for id, name in ((ADA, "Ada Lovelace"), (BOB, "Bob"))]
    assert answer.json() == {"items": both, "next": None}
    nobody = await ada.get(users)
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (400, "#/id"), "nobody can be looked for"
    many = "&".join(f"id={fake_id(n)}" for n in range(101))
    assert (await ada.get(f"{users}?{many}")).status_code == 400
