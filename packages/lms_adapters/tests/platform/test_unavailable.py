"""A dependency is away: callers are told so in plain words, operators what is behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from lms_adapters.testing.service import ServiceUnderTest
from lms_adapters.tests.platform.toy.service import SERVICE as TOY
from lms_core.domain.errors import Unavailable

PLAIN = "the message broker cannot be reached"
ADDRESS = "nats://10.0.0.7:4222"


async def away(*_: Any) -> None:
    """Whatever is asked of it."""
    raise Unavailable(PLAIN, note=ADDRESS) from OSError("Connect call failed")


@pytest.fixture
async def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(TOY, tmp_path) as toy:
        monkeypatch.setattr(toy.platform.bus, "ready", away)
        yield toy


async def test_readiness_which_anybody_may_ask_for_names_no_address(toy: ServiceUnderTest) -> None:
    ready = await toy.client().get("/health/ready")
    assert (ready.status_code, ready.json()["faults"]) == (503, {"toy: dependency": PLAIN})


async def test_a_request_is_refused_in_plain_words_and_the_log_has_the_rest(
    toy: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toy.running.database, "read", away)
    with capture_logs() as lines:
        refused = await toy.client("learner").get("/api/v1/points/ada")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["title"] == "This cannot be answered at the moment: try again shortly"
    assert refused.json()["detail"] == PLAIN
    assert ADDRESS not in refused.text
    [line] = [line for line in lines if line["event"] == "unavailable"]
    assert line["why"].endswith(f"{PLAIN}: {ADDRESS} ← OSError: Connect call failed")
