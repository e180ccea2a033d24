"""Messages with their addresses, on SQL."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, select

from lms_adapters.sql.reader import Query, Reader
from services.notification.adapters.sql.messages import MessageRow
from services.notification.adapters.sql.recipients import RecipientRow
from services.notification.domain.delivery import Parcel
from services.notification.ports.delivery import Parcels

_PARCEL = Query(
    select(
        MessageRow.id.label("message_id"),
        MessageRow.recipient_id,
        MessageRow.kind,
        MessageRow.channel,
        MessageRow.facts,
        MessageRow.status,
        MessageRow.trace_id,
        RecipientRow.email,
        RecipientRow.display_name,
        RecipientRow.locale,
    )
    .join(RecipientRow, RecipientRow.id == MessageRow.recipient_id)
    .where(MessageRow.id == bindparam("id"), RecipientRow.email.is_not(None)),
    Parcel,
)


class SqlParcels(Parcels):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, message_id: UUID) -> Parcel | None:
        return await self._reader.one(_PARCEL, id=message_id)
