"""progress on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service, project
from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.progress import ActivityRecorded, CourseCompleted, ProgressUpdated
from services.progress.adapters.http.completion import CompletionController
from services.progress.adapters.http.proof import ProofController
from services.progress.adapters.http.tracking import TrackingController
from services.progress.adapters.sql.base import Row
from services.progress.adapters.sql.tracking import TABLES
from services.progress.settings import ProgressSettings
from services.progress.usecases.tracking import TrackProgress
from services.progress.wiring import wiring

SERVICE = Service(
    name="progress",
    summary="How far each learner has come, and why it says so.",
    routes=("/progress",),
    controllers=(TrackingController, CompletionController, ProofController),
    publishes=(ActivityRecorded, ProgressUpdated, CourseCompleted),
    subscribes=(
        project(
            (
                CoursePublished,
                UserEnrolled,
                EnrollmentActivated,
                EnrollmentSuspended,
                EnrollmentCancelled,
                ActivityRecorded,
            ),
            TrackProgress,
            name="progress.course-progress",
            tables=TABLES,
        ),
    ),
    wiring=wiring,
    settings=ProgressSettings,
    tables=Row.metadata,
)
