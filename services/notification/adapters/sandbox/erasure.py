"""What the sandbox kept goes with the message it was."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.notification.adapters.sandbox.delivery import SandboxDeliveryRow
from services.notification.ports.erasure import Copies


class SandboxCopies(Copies):
    """Keys begin with the message's id."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def remove(self, message_ids: Sequence[UUID]) -> None:
        key = SandboxDeliveryRow.idempotency_key
        for id in map(str, message_ids):
            await self._session.execute(delete(SandboxDeliveryRow).where(key >= id, key < f"{id}/"))
