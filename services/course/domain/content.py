"""Content: blocks of text and video, and whom it is open to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypedDict
from urllib.parse import urlsplit
from uuid import UUID

from lms_core.domain.errors import Forbidden, Invalid, NotFound
from services.course.domain.enrollment import EnrollmentStatus, NotPublished, SuspendReason
from services.course.domain.outline import Module

MAX_MARKDOWN, MAX_URL, MAX_SECONDS = 100_000, 2000, 24 * 3600


class NotEnrolled(NotFound, code="course/not-enrolled"):
    """You have no place in this course."""


class Closed(TypedDict):
    why: Literal["pending", "suspended"]
    """The status of the place."""
    reason: SuspendReason | None
    """Why it is suspended; null while it is pending."""


class ContentClosed(Forbidden, code="course/content-closed", tells=Closed):
    """The content is not open to you."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words, in CommonMark."""

    kind: Literal["text"] = "text"
    markdown: str

    def check(self, pointer: str) -> None:
        """Raises Invalid below the pointer."""
        if not self.markdown.strip() or len(self.markdown) > MAX_MARKDOWN:
            raise Invalid.at(f"{pointer}/markdown", "must be 1 to {most} characters", most=MAX_MARKDOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A film that is kept elsewhere."""

    kind: Literal["video"] = "video"
    url: str
    seconds: int
    """How long it runs."""

    def check(self, pointer: str) -> None:
        """Raises Invalid below the pointer."""
        if not _address(self.url):
            where = f"{pointer}/url"
            raise Invalid.at(where, "must be an http or https address of at most {most} characters", most=MAX_URL)
        if not 1 <= self.seconds <= MAX_SECONDS:
            raise Invalid.at(f"{pointer}/seconds", "must be {least} to {most}", least=1, most=MAX_SECONDS)


Block = Text | Video


def _address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and len(url) <= MAX_URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A published version with everything in it."""

    course_id: UUID
    course_version: int
    title: str
    modules: tuple[Module[Block], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What decides whether somebody may see the content of a course."""

    instructor_id: UUID
    published_version: int | None
    status: EnrollmentStatus | None
    """Of their enrollment; None without one."""
    course_version: int | None
    """The version they enrolled in."""
    reason: str | None
    """Why their enrollment is suspended."""

    def version_for(self, person: UUID, overriding: Collection[str] = ()) -> int:
        """The version they may see: the author and administrators the newest, learners their own.

        Raises NotFound, NotEnrolled, ContentClosed, NotPublished.
        """
        if person == self.instructor_id or "course:administer" in overriding:
            if self.published_version is None:
                raise NotPublished
            return self.published_version
        if self.status == "active" and self.course_version is not None:
            return self.course_version
        if self.published_version is None:
            raise NotFound
        if self.status is None:
            raise NotEnrolled
        if self.status == "pending":
            raise ContentClosed("the payment has not arrived yet", why="pending", reason=None)
        raise ContentClosed("your enrollment is suspended", why="suspended", reason=self.reason)
