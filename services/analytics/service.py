"""analytics on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service, on_any, project, work
from services.analytics.adapters.http.metrics import MetricsController
from services.analytics.adapters.sql.base import Row
from services.analytics.settings import AnalyticsSettings
from services.analytics.usecases.collection import CollectEvent, Load, LoadStaged
from services.analytics.usecases.metrics import MEASURED, MeasureCourse
from services.analytics.wiring import wiring

SERVICE = Service(
    name="analytics",
    summary="Every event collected, and what they add up to.",
    routes=("/analytics",),
    controllers=(MetricsController,),
    subscribes=(
        on_any(CollectEvent, name="analytics.collect"),
        project(MEASURED, MeasureCourse, name="analytics.metrics", tables=("course", "standing")),
    ),
    jobs=(work(Load, LoadStaged),),
    wiring=wiring,
    settings=AnalyticsSettings,
    tables=Row.metadata,
)
