"""The log of activities: the kernel's outbox, read by its key.

What is shown and what was logged come from one statement, so that they belong together whatever is being recorded.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Text, and_, bindparam, column, select, table

from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.types import Utc
from lms_core.contracts.progress import ActivityRecorded
from lms_core.domain.events import decode
from services.progress.adapters.sql.tracking import TrackingRow
from services.progress.domain.proof import Logged, Shown
from services.progress.domain.tracking import Activity, NotTracked
from services.progress.ports.proof import ActivityLog, Evidence

_log = table(
    "lms_outbox",
    column("id"),
    column("event_id", Text()),
    column("type", Text()),
    column("key", Text()),
    column("at", Utc()),
    column("body", LargeBinary()),
)
_EVIDENCE = Query(
    select(
        TrackingRow.percent,
        TrackingRow.seconds,
        TrackingRow.completed_at,
        _log.c.event_id,
        _log.c.type,
        _log.c.at,
        _log.c.body,
    )
    .select_from(TrackingRow)
    .outerjoin(_log, and_(_log.c.key == bindparam("key"), _log.c.type == bindparam("type", ActivityRecorded.type)))
    .where(TrackingRow.enrollment_id == bindparam("enrollment_id"))
    .order_by(_log.c.id),
    dict[str, Any],
)


class SqlActivityLog(ActivityLog):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def evidence(self, enrollment_id: UUID) -> Evidence:
        rows = await self._reader.all(_EVIDENCE, enrollment_id=enrollment_id, key=str(enrollment_id))
        if not rows:
            raise NotTracked
        shown = Shown(**{name: rows[0][name] for name in ("percent", "seconds", "completed_at")})
        return Evidence(events=tuple(_logged(row) for row in rows if row["event_id"] is not None), shown=shown)


def _logged(row: dict[str, Any]) -> Logged:
    event = decode(ActivityRecorded, row["body"])
    activity = Activity(**{name: getattr(event, name) for name in Activity.__dataclass_fields__})
    return Logged(event_id=UUID(row["event_id"]), type=row["type"], time=row["at"], activity=activity)
