"""Forgetting people, as every service's kernel does it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_adapters.sql import erasure
from lms_adapters.sql.uow import SqlUnitOfWork
from lms_core.contracts.auth import UserErased
from lms_core.ports.erasure import Erasures


@dataclass(frozen=True, slots=True)
class EraseLog:
    """Somebody was erased: null their personal fields in this service's log.

    What its inbox held of them was nulled when the event was received. From then on this service is told nothing
    personal of them any more, and publishes nothing.
    """

    raises: ClassVar = ()

    uow: SqlUnitOfWork

    async def __call__(self, event: UserErased) -> None:
        async with self.uow:
            await erasure.null_log(self.uow.driver, event.key)


class SqlErasures(Erasures):
    """See the port."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow

    async def erased(self, person: UUID) -> bool:
        return await erasure.is_erased(self._uow.driver, str(person))
