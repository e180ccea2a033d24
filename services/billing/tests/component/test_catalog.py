"""Prices, spoken of over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.billing import PriceSet
from lms_core.testing.fakes import fake_id
from services.billing.service import SERVICE
from services.billing.tests.component.story import (
    COURSE,
    INSTRUCTOR,
    PRICE_BODY,
    STRANGER,
    begun,
    instructor,
    learner,
    priced,
    published,
)

PRICES = "/api/v1/billing/prices"


async def test_a_price_is_set_shown_and_published(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        price_id = await priced(service)
        [event] = await service.published(PriceSet)
        assert (event.price_id, event.course_id, event.amount, event.currency) == (price_id, COURSE, 4900, "EUR")
        listed = await service.client().get(PRICES, params={"course_id": str(COURSE)})
        assert listed.status_code == 200
        [item] = listed.json()["items"]
        assert (item["id"], item["amount"], item["currency"]) == (str(price_id), 4900, "EUR")


async def test_a_draft_is_priced_by_its_author_before_anybody_sees_it(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(begun())
        stranger = service.client("instructor", id=STRANGER)
        hidden = await stranger.post(PRICES, json=PRICE_BODY)
        unknown = await stranger.post(PRICES, json=PRICE_BODY | {"course_id": str(fake_id(5))})
        told = ("status", "type", "title", "detail")
        assert [hidden.json()[name] for name in told] == [unknown.json()[name] for name in told]
        assert (await instructor(service).post(PRICES, json=PRICE_BODY)).status_code == 201
        url = f"{PRICES}?course_id={COURSE}"
        assert (await service.client().get(url)).json()["items"] == [], "nobody else knows of the draft"
        await service.receive(published())
        assert [item["amount"] for item in (await service.client().get(url)).json()["items"]] == [4900]


async def test_a_course_is_made_free_again(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await priced(service)
        free = await instructor(service).post(PRICES, json=PRICE_BODY | {"amount": 0})
        assert (free.status_code, free.json()["amount"], free.json()["currency"]) == (201, 0, "EUR")
        assert [event.amount for event in await service.published(PriceSet)] == [4900, 0]


async def test_a_course_that_has_not_arrived_is_not_yet_there(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await instructor(service).post(PRICES, json=PRICE_BODY)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-yet")
        assert int(answer.headers["retry-after"]) >= 1
        unpriced = await service.client().get(PRICES, params={"course_id": str(COURSE)})
        assert unpriced.json() == {"items": [], "next": None}


async def test_only_the_instructor_or_an_administrator_prices_a_course(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        stranger = service.client("instructor", id=STRANGER)
        refused = await stranger.post(PRICES, json=PRICE_BODY)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden")
        assert (await service.client("admin", id=STRANGER).post(PRICES, json=PRICE_BODY)).status_code == 201
        assert (await learner(service).post(PRICES, json=PRICE_BODY)).status_code == 403
        assert (await service.client().post(PRICES, json=PRICE_BODY)).status_code == 401
        assert len(await service.published(PriceSet)) == 1


async def test_a_course_belongs_to_whom_its_latest_version_says(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published(version=2, instructor_id=STRANGER), published(version=1), published(version=2))
        assert (await instructor(service).post(PRICES, json=PRICE_BODY)).status_code == 403
        assert (await service.client("instructor", id=STRANGER).post(PRICES, json=PRICE_BODY)).status_code == 201
        assert await service.dead_letters() == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount": -1}, "#/amount"),
        ({"amount": 1.5}, "#/amount"),
        ({"amount": 10**18}, "#/amount"),
        ({"currency": "euro"}, "#/currency"),
        ({"currency": "€UR"}, "#/currency"),
        ({"currency": "ZZZ"}, "#/currency"),
        ({"course_id": "x"}, "#/course_id"),
    ],
)
async def test_bad_input_is_refused_at_its_place(tmp_path: Path, change: dict[str, Any], pointer: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        answer = await instructor(service).post(PRICES, json=PRICE_BODY | change)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_repeated_key_sets_one_price(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        client, key = instructor(service), {"Idempotency-Key": "p1"}
        answers = [await client.post(PRICES, json=PRICE_BODY, headers=key) for _ in range(2)]
        assert [a.status_code for a in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        other = await client.post(PRICES, json=PRICE_BODY | {"amount": 1}, headers=key)
        assert other.status_code == 422
        assert len(await service.published(PriceSet)) == 1


async def test_the_newest_price_comes_first_in_pages(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        for amount in (100, 200, 300):
            await instructor(service).post(PRICES, json=PRICE_BODY | {"amount": amount})
        url, seen = f"{PRICES}?course_id={COURSE}&limit=2", []
        first = await service.client().get(url)
        seen += [item["amount"] for item in first.json()["items"]]
        second = await service.client().get(first.links["next"]["url"])
        seen += [item["amount"] for item in second.json()["items"]]
        assert seen == [300, 200, 100]
        assert second.json()["next"] is None
        assert (await service.client().get(f"{url}&cursor=x")).status_code == 400
        assert (await service.client().get(PRICES)).status_code == 400
        moments = [event.set_at for event in await service.published(PriceSet)]
        assert moments == sorted(set(moments))
        assert INSTRUCTOR.hex not in first.text.replace("-", "")


async def test_what_several_courses_cost_now(tmp_path: Path) -> None:
    other = fake_id(77)
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published(), published(course_id=other))
        for course, amount in ((COURSE, 100), (other, 150), (COURSE, 200)):
            body = PRICE_BODY | {"course_id": str(course), "amount": amount}
            assert (await instructor(service).post(PRICES, json=body)).status_code == 201

        async def amounts(query: str) -> list[int]:
            answer = await service.client().get(f"{PRICES}?{query}")
            return [item["amount"] for item in answer.json()["items"]]

        both = f"course_id={COURSE}&course_id={other}&course_id={fake_id(78)}"
        assert await amounts(f"{both}&current=true") == [200, 150]
        assert await amounts(f"{both}&current=false") == [100]
        assert await amounts(both) == [200, 150, 100]
