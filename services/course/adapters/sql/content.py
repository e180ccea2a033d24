"""Content blocks as JSON documents on SQL, and who may see them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.engine import Database, writing
from lms_adapters.sql.reader import Query, Reader
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.course.adapters.sql.authoring import CourseRow
from services.course.adapters.sql.base import Row
from services.course.adapters.sql.enrollment import EnrollmentRow
from services.course.domain.content import Access, Block, Text, Video
from services.course.ports.content import Accesses, ContentStore


class ContentBlockRow(Row):
    __tablename__ = "content_block"

    hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the document, in hexadecimal."""
    document: Mapped[str]
    created_at: Mapped[datetime]


_ADD = "INSERT INTO content_block (hash, document, created_at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING"
_EACH = {"sqlite": "SELECT value FROM json_each($1)", "postgresql": "SELECT json_array_elements_text($1::json)"}
_KNOWN = {kind: f"SELECT hash FROM content_block WHERE hash IN ({each})" for kind, each in _EACH.items()}  # noqa: S608
_GET = {
    kind: f"SELECT hash, document FROM content_block WHERE hash IN ({each})"  # noqa: S608
    for kind, each in _EACH.items()
}
_KINDS: dict[str, type[Text | Video]] = {"text": Text, "video": Video}


class SqlContentStore(ContentStore):
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, blocks: Iterable[Block]) -> Mapping[Block, str]:
        documents = {block: msgspec.json.encode(block) for block in blocks}
        hashes = {block: hashlib.sha256(document).hexdigest() for block, document in documents.items()}
        if not hashes:
            return hashes
        known = {row[0] for row in await self._read(_KNOWN, hashes.values())}
        now = to_ms(self._clock.now())
        new = [(key, documents[block].decode(), now) for block, key in hashes.items() if key not in known]
        if new:
            async with writing(self._database) as driver:
                await driver.many(_ADD, sorted(new))
        return hashes

    async def get(self, hashes: Sequence[str]) -> Mapping[str, Block]:
        kept = {row[0]: _block(row[1]) for row in await self._read(_GET, hashes)} if hashes else {}
        if missing := set(hashes) - set(kept):
            raise LookupError(f"content block {min(missing)} is not in the store")
        return kept

    async def _read(self, sql: Mapping[str, str], hashes: Iterable[str]) -> Sequence[Sequence[str]]:
        wanted = msgspec.json.encode(sorted(set(hashes))).decode()
        return await self._database.read(sql[self._database.kind], (wanted,))


def _block(document: str) -> Block:
    plain = msgspec.json.decode(document)
    return msgspec.convert(plain, _KINDS[plain["kind"]])


_ACCESS = Query(
    select(
        CourseRow.instructor_id,
        CourseRow.published_version,
        EnrollmentRow.status,
        EnrollmentRow.course_version,
        EnrollmentRow.reason,
    )
    .outerjoin(
        EnrollmentRow,
        and_(
            EnrollmentRow.course_id == CourseRow.id,
            EnrollmentRow.learner_id == bindparam("person"),
            EnrollmentRow.status != "cancelled",
        ),
    )
    .where(CourseRow.id == bindparam("course_id")),
    Access,
)


class SqlAccesses(Accesses):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of(self, course_id: UUID, person: UUID) -> Access:
        return await self._reader.get(_ACCESS, course_id=course_id, person=person)
