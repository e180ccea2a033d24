"""Telling the story of a trace."""

from __future__ import annotations

import pytest

from lms_core.domain.errors import Invalid, Unavailable
from lms_core.domain.time import from_ms
from lms_core.domain.traces import Step
from services.gateway.domain.monitoring import Recollection
from services.gateway.domain.tracing import UnknownTrace
from services.gateway.tests.usecases.fakes import FakeTraces
from services.gateway.usecases.tracing import ShowTrace

TRACE = "0af7651916cd43dd8448eb211c80319c"
EVENT = Step(kind="event", service="auth", name="UserCreated", at=10, by="a", event="e", state="sent")
TAKEN = Step(kind="consumer", service="user", name="create", at=12, ended=20, span="b", event="e", state="done")


async def test_the_story_is_told_from_every_service_and_the_gateway_s_memory() -> None:
    requests = Recollection()
    requests.keep((TRACE, "POST", "/api/v1/auth", 202, "auth", 0.01, from_ms(15)))
    story = await ShowTrace(FakeTraces(auth=[EVENT], user=[TAKEN]), requests)(TRACE)
    assert [(depth, step.title) for depth, step in story.walk()] == [
        (0, "POST /api/v1/auth"),
        (1, "UserCreated"),
        (2, "create"),
    ]
    assert (story.complete, story.missing) == (True, [])


async def test_a_service_that_is_down_is_named_and_the_rest_is_told() -> None:
    story = await ShowTrace(FakeTraces(auth=[EVENT], user=None), Recollection())(TRACE)
    assert (story.complete, story.missing) == (False, ["user"])


async def test_what_cannot_be_told() -> None:
    with pytest.raises(UnknownTrace):
        await ShowTrace(FakeTraces(auth=[], user=[]), Recollection())(TRACE)
    with pytest.raises(Unavailable, match="user cannot be asked"):
        await ShowTrace(FakeTraces(auth=[], user=None), Recollection())(TRACE)
    with pytest.raises(Invalid):
        await ShowTrace(FakeTraces(), Recollection())("nonsense")
