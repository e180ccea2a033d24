"""What has happened at a school already, as the publishers' logs and the services tell it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TypeVar

from lms_adapters.platform.compose import Platform
from lms_adapters.sql.outbox import Outbox
from lms_cli.school.making import principal
from lms_cli.school.plan import Mark, Plan
from lms_core.contracts.auth import RoleAssigned, UserCreated
from lms_core.contracts.billing import PriceSet
from lms_core.contracts.course import CoursePublished, UserEnrolled
from lms_core.contracts.progress import ActivityRecorded
from lms_core.contracts.user import ProfileUpdated
from lms_core.domain.errors import NotFound
from lms_core.domain.events import Event, decode
from lms_core.domain.selection import Selection
from lms_core.security.permissions import INSTRUCTOR
from services.auth.domain.demonstration import ADMINISTRATOR, demo_id
from services.billing.usecases.methods import ListMethods
from services.course.usecases.outline import ShowOutline
from services.course.usecases.prerequisites import ShowPrerequisites

E = TypeVar("E", bound=Event)


async def published(platform: Platform, kind: type[E]) -> AsyncIterator[E]:
    """Every event of a kind, from its publisher's log."""
    database = platform.services[kind.stream.removeprefix("lms.")].database
    assert database is not None
    outbox, after = Outbox(database), 0
    while rows := await outbox.log(after=after):
        after = rows[-1][0]
        for _, envelope in rows:
            if envelope.type == kind.type:
                yield decode(kind, envelope.body)


async def opened_on(platform: Platform) -> datetime | None:
    """The midnight before the administrator's account was made; None when there is no school."""
    async for event in published(platform, UserCreated):
        if event.user_id == demo_id(ADMINISTRATOR):
            return event.created_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return None


async def marks(plan: Plan, platform: Platform) -> set[Mark]:
    """The marks of the steps that were done."""
    emails = {person.id: person.email for person in plan.people}
    slugs = {id: slug for slug, id in plan.course_ids.items()}
    found: set[Mark] = set()
    async for made in published(platform, UserCreated):
        found.add(("register", emails.get(made.user_id, "")))
    async for role in published(platform, RoleAssigned):
        if role.role == INSTRUCTOR:
            found.add(("promote", emails.get(role.user_id, "")))
    async for profile in published(platform, ProfileUpdated):
        found.add(("introduce", emails.get(profile.user_id, "")))
    async for course in published(platform, CoursePublished):
        found.add(("publish", slugs.get(course.course_id, "")))
    async for price in published(platform, PriceSet):
        found.add(("price", slugs.get(price.course_id, "")))
    async for place in published(platform, UserEnrolled):
        found.add(("enroll", emails.get(place.learner_id, ""), slugs.get(place.course_id, "")))
    async for activity in published(platform, ActivityRecorded):
        found.add(("learn", str(activity.activity_id)))
    return found | {mark async for mark in _told(plan, platform)}


async def _told(plan: Plan, platform: Platform) -> AsyncIterator[Mark]:
    """What no event tells of, asked of the services."""
    async with platform.container("course")() as scope:
        outlines, needs = await scope.get(ShowOutline), await scope.get(ShowPrerequisites)
        for slug, id in plan.course_ids.items():
            author = principal(plan.by_email[plan.texts[slug].author], plan.opening)
            try:
                outline = await outlines(author, id)
            except NotFound:
                continue
            yield "draft", slug
            if outline.modules:
                yield "write", slug
            if (await needs(author, id)).prerequisites:
                yield "require", slug
    async with platform.container("billing")() as scope:
        methods = await scope.get(ListMethods)
        for person in plan.people:
            for method in await methods(principal(person, plan.opening), Selection(sort="added_at")):
                yield "add-card", person.email, method.token
