"""Every percentage can be explained, and rebuilt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.sql.engine import writing
from lms_adapters.testing.service import ServiceUnderTest
from services.progress.service import SERVICE
from services.progress.tests.story import (
    ADA,
    BOB,
    COURSE,
    ENROLLMENT,
    EXTRA,
    INTRO,
    PROOFS,
    activity,
    enrolled,
    published,
)

ACTIVITIES = "/api/v1/progress/activities"
URL = f"/api/v1/progress/courses/{COURSE}/proof"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        yield service


def worked_out_by_hand(proof: dict[str, Any]) -> int:
    """As a person would: read the events, tick off the required topics, divide."""
    completed = {e["activity"]["topic_id"] for e in proof["events"] if e["activity"]["kind"] == "completed"}
    required = {t["topic_id"] for t in proof["required"]}
    return 100 * len(completed & required) // len(required)


async def test_it_names_every_event_and_leads_to_the_percentage(service: ServiceUnderTest) -> None:
    await service.receive(enrolled())
    ada = service.client("learner", id=ADA)
    batch = [activity(1, INTRO), activity(2, EXTRA), activity(1, INTRO), activity(3, PROOFS, kind="viewed")]
    await ada.post(ACTIVITIES, json={"activities": batch})
    await ada.post(ACTIVITIES, json={"activities": [activity(4, PROOFS)]})
    proof = (await ada.get(URL)).json()
    workers = service.running.workers
    assert workers is not None
    logged = {e.id for _, e in await workers.outbox.log() if e.type == "lms.progress.ActivityRecorded.v1"}
    assert {e["event_id"] for e in proof["events"]} == logged
    assert len(proof["events"]) == 4
    assert {e["type"] for e in proof["events"]} == {"lms.progress.ActivityRecorded.v1"}
    assert worked_out_by_hand(proof) == proof["result"]["percent"] == proof["shown"]["percent"] == 66
    assert (proof["arithmetic"], proof["rule_version"], proof["agrees"]) == ("floor(100 * 2 / 3) = 66", 1, True)
    assert proof["result"]["seconds"] == sum(e["activity"]["seconds"] for e in proof["events"]) == 240
    assert [t["completed_by"] for t in proof["required"]] == [
        proof["events"][0]["event_id"],
        proof["events"][3]["event_id"],
        None,
    ]
    assert [(g["type"], g["subject"]) for g in proof["grounds"]] == [
        ("lms.course.CoursePublished.v1", str(COURSE)),
        ("lms.course.UserEnrolled.v1", str(ENROLLMENT)),
    ]


async def test_it_tells_when_what_is_shown_is_wrong(service: ServiceUnderTest) -> None:
    await service.receive(enrolled())
    ada = service.client("learner", id=ADA)
    await ada.post(ACTIVITIES, json={"activities": [activity(1)]})
    assert service.running.database is not None
    async with writing(service.running.database) as driver:
        await driver.run("UPDATE tracking SET percent = 90")
    proof = (await ada.get(URL)).json()
    assert (proof["shown"]["percent"], proof["result"]["percent"], proof["agrees"]) == (90, 33, False)


async def test_before_anything_was_done_there_is_nothing_to_name(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    assert (await ada.get(URL)).json()["type"] == "/problems/progress/not-yet"
    await service.receive(enrolled())
    proof = (await ada.get(URL)).json()
    assert (proof["events"], proof["arithmetic"], proof["agrees"]) == ([], "floor(100 * 0 / 3) = 0", True)


async def test_nobody_sees_anothers(service: ServiceUnderTest) -> None:
    await service.receive(enrolled())
    assert (await service.client("admin", id=BOB).get(URL)).status_code == 404
    assert (await service.client().get(URL)).status_code == 401
    assert (await service.client("nobody", id=ADA).get(URL)).status_code == 403
