"""course on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service, on, project, work
from lms_core.contracts.billing import PaymentCancelled, PaymentFailed, PaymentSucceeded, PriceSet
from lms_core.contracts.course import (
    CourseCreated,
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.progress import CourseCompleted
from services.course.adapters.http.authoring import AuthoringController
from services.course.adapters.http.content import ContentController
from services.course.adapters.http.enrollment import EnrollmentController, EnrollmentsController
from services.course.adapters.http.outline import OutlineController
from services.course.adapters.http.prerequisites import PrerequisitesController
from services.course.adapters.http.publishing import PublishingController
from services.course.adapters.sql.base import Row
from services.course.adapters.sql.enrollment import TRACED_ENROLLMENTS
from services.course.settings import CourseSettings
from services.course.usecases.enrollment import ActivateEnrollment, Expire, ExpirePlace, LetGo, SuspendEnrollment
from services.course.usecases.prerequisites import KeepCompletion
from services.course.usecases.pricing import KeepPrice
from services.course.wiring import wiring

SERVICE = Service(
    name="course",
    summary="Courses, their versions, and who may take them.",
    routes=("/courses", "/enrollments"),
    controllers=(
        AuthoringController,
        OutlineController,
        PublishingController,
        PrerequisitesController,
        EnrollmentController,
        EnrollmentsController,
        ContentController,
    ),
    publishes=(
        CourseCreated,
        CoursePublished,
        UserEnrolled,
        EnrollmentActivated,
        EnrollmentSuspended,
        EnrollmentCancelled,
    ),
    subscribes=(
        on(PaymentSucceeded, ActivateEnrollment, name="course.activate-enrollment"),
        on(PaymentFailed, SuspendEnrollment, name="course.suspend-enrollment"),
        on(PaymentCancelled, LetGo, name="course.let-go"),
        project(PriceSet, KeepPrice, name="course.prices", tables=("price",)),
        project(CourseCompleted, KeepCompletion, name="course.completions", tables=("completion",)),
    ),
    jobs=(work(Expire, ExpirePlace),),
    wiring=wiring,
    settings=CourseSettings,
    tables=Row.metadata,
    traced=(TRACED_ENROLLMENTS,),
)
