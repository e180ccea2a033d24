"""Which adapter stands behind which port."""

from __future__ import annotations

from dishka import Provider, Scope

from services.course.adapters.memory.content import ReadyLibrary
from services.course.adapters.sql.authoring import SqlCourses
from services.course.adapters.sql.content import SqlAccesses, SqlContentStore
from services.course.adapters.sql.enrollment import SqlEnrollments
from services.course.adapters.sql.outline import SqlOutlines
from services.course.adapters.sql.prerequisites import SqlCompletions, SqlPrerequisites
from services.course.adapters.sql.pricing import SqlPrices
from services.course.adapters.sql.publishing import SqlShelf, SqlVersions
from services.course.ports.authoring import Courses
from services.course.ports.content import Accesses, ContentStore, Library
from services.course.ports.enrollment import Enrollments
from services.course.ports.outline import Outlines
from services.course.ports.prerequisites import Completions, Prerequisites
from services.course.ports.pricing import Prices
from services.course.ports.publishing import Shelf, Versions
from services.course.usecases import authoring, content, enrollment, outline, prerequisites, pricing, publishing


def wiring() -> Provider:
    """The provider of course's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlCourses, provides=Courses)
    provider.provide(SqlOutlines, provides=Outlines)
    provider.provide(SqlVersions, provides=Versions)
    provider.provide(SqlEnrollments, provides=Enrollments)
    provider.provide(SqlPrices, provides=Prices)
    provider.provide(SqlPrerequisites, provides=Prerequisites)
    provider.provide(SqlCompletions, provides=Completions)
    provider.provide(SqlShelf, provides=Shelf, scope=Scope.APP)
    provider.provide(SqlAccesses, provides=Accesses, scope=Scope.APP)
    provider.provide(SqlContentStore, provides=ContentStore, scope=Scope.APP)
    provider.provide(ReadyLibrary, provides=Library, scope=Scope.APP)
    provider.provide_all(*authoring.USE_CASES, *outline.USE_CASES, *publishing.USE_CASES)
    provider.provide_all(*enrollment.USE_CASES, *content.USE_CASES, *pricing.USE_CASES, *prerequisites.USE_CASES)
    provider.provide_all(*enrollment.STEPS)
    return provider
