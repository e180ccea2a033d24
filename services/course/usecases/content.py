"""Reading what a course holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.domain.errors import NotFound
from lms_core.security.principal import Principal
from services.course.domain.content import ContentClosed, NotEnrolled
from services.course.domain.enrollment import NotPublished
from services.course.ports.content import Accesses, Library


@dataclass(frozen=True, slots=True)
class ReadContent:
    """Read the content of a course.

    Learners get the version they enrolled in, the author and administrators the newest. While an enrollment is pending
    or suspended the content is closed; `why` in the answer says which of them, and `reason` why it was suspended.
    """

    raises: ClassVar = (NotFound, NotEnrolled, ContentClosed, NotPublished)

    accesses: Accesses
    library: Library

    async def __call__(self, me: Principal, course_id: UUID) -> bytes:
        access = await self.accesses.of(course_id, me.id)
        return await self.library.read(course_id, access.version_for(me.id, me.permissions))


USE_CASES = (ReadContent,)
