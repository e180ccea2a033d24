"""Payment methods, spoken of over HTTP."""

from __future__ import annotations

from pathlib import Path

from lms_adapters.testing.service import ServiceUnderTest
from services.billing.domain.methods import MAX_METHODS
from services.billing.service import SERVICE
from services.billing.tests.component.story import STRANGER, learner

METHODS = "/api/v1/billing/payment-methods"


async def test_the_method_added_last_comes_first(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client = learner(service)
        for token in ("pm_declined", "pm_ok"):
            assert (await client.post(METHODS, json={"token": token})).status_code == 201
        listed = (await client.get(METHODS)).json()
        assert [item["token"] for item in listed["items"]] == ["pm_ok", "pm_declined"]
        removed = await client.delete(f"{METHODS}/{listed['items'][0]['id']}")
        assert removed.status_code == 204
        assert [item["token"] for item in (await client.get(METHODS)).json()["items"]] == ["pm_declined"]


async def test_a_token_that_the_provider_does_not_know_is_refused(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await learner(service).post(METHODS, json={"token": "pm_gold"})
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/billing/unknown-token")
        assert answer.json()["errors"][0]["pointer"] == "#/token"
        assert (await learner(service).post(METHODS, json={"token": "pm_ok", "cvc": "123"})).status_code == 400


async def test_there_is_room_for_so_many(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client = learner(service)
        added = [await client.post(METHODS, json={"token": "pm_ok"}) for _ in range(MAX_METHODS)]
        full = await client.post(METHODS, json={"token": "pm_ok"})
        assert (full.status_code, full.json()["type"]) == (409, "/problems/billing/too-many-methods")
        await client.delete(f"{METHODS}/{added[-1].json()['id']}")
        assert (await client.post(METHODS, json={"token": "pm_ok"})).status_code == 201


async def test_a_method_of_someone_else_is_not_there(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        mine = (await learner(service).post(METHODS, json={"token": "pm_ok"})).json()
        stranger = service.client("learner", id=STRANGER)
        assert (await stranger.get(METHODS)).json()["items"] == []
        assert (await stranger.delete(f"{METHODS}/{mine['id']}")).status_code == 404
        assert (await stranger.delete(f"{METHODS}/{STRANGER}")).status_code == 404
        assert (await learner(service).delete(f"{METHODS}/{mine['id']}")).status_code == 204
        assert (await learner(service).delete(f"{METHODS}/{mine['id']}")).status_code == 404


async def test_without_signing_in_there_is_nothing(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        nobody = service.client()
        assert (await nobody.post(METHODS, json={"token": "pm_ok"})).status_code == 401
        assert (await nobody.get(METHODS)).status_code == 401
        assert (await nobody.delete(f"{METHODS}/{STRANGER}")).status_code == 401


async def test_a_repeated_key_adds_one_method(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client, key = learner(service), {"Idempotency-Key": "m1"}
        answers = [await client.post(METHODS, json={"token": "pm_ok"}, headers=key) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert len((await client.get(METHODS)).json()["items"]) == 1
        await client.delete(f"{METHODS}/{answers[0].json()['id']}")
        gone = await client.post(METHODS, json={"token": "pm_ok"}, headers=key)
        assert gone.status_code == 404
