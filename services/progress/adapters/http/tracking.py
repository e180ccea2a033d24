"""POST /progress/activities."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, post
from litestar.params import JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, view
from services.progress.usecases.tracking import NewActivity, RecordActivities


class ActivityBody(Body, frozen=True, kw_only=True):
    activity_id: Annotated[UUID, msgspec.Meta(description="Made by the client; the same one twice counts once.")]
    course_id: UUID
    topic_id: UUID
    kind: Literal["viewed", "completed"]
    seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400, description="Time spent.", examples=[90])] = 0
    position: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            le=2**53 - 1,
            description="How far into the topic, in its own unit: seconds of a video, characters of a text.",
            examples=[412],
        ),
    ] = 0
    occurred_at: Annotated[
        datetime,
        msgspec.Meta(tz=True, description="By the device's clock, with its offset.", examples=["2026-03-02T09:00:00Z"]),
    ]


class ActivitiesBody(Body, frozen=True, kw_only=True):
    activities: Annotated[list[ActivityBody], msgspec.Meta(min_length=1, max_length=100)]
    """Taken as a whole or refused as a whole."""


class OutcomeView(View, kw_only=True):
    activity_id: UUID
    outcome: Literal["accepted", "duplicate"]
    """`duplicate`: it was received before. Both are done."""


class OutcomesView(View, kw_only=True):
    activities: list[OutcomeView]


class TrackingController(Controller):
    path = "/progress/activities"

    @post(guards=[requires("progress:record")], status_code=200)
    @inject
    async def record_activities(
        self, data: JSONBody[ActivitiesBody], me: Me, record: FromDishka[RecordActivities]
    ) -> OutcomesView:
        activities = [NewActivity(**msgspec.structs.asdict(activity)) for activity in data.activities]
        return OutcomesView(activities=[view(o, OutcomeView) for o in await record(me, activities)])
