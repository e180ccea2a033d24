"""The demonstration school on SQL: a range of ids."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import bindparam, not_, select

from lms_adapters.sql.reader import Query, Reader
from services.auth.adapters.sql.permissions import RoleRow
from services.auth.adapters.sql.registration import AccountRow
from services.auth.domain.demonstration import FIRST, LAST, DemoAccount
from services.auth.ports.demonstration import Demonstration


@dataclass(frozen=True, slots=True)
class _Given:
    """A role of an account."""

    email: str
    display_name: str
    role: str


_OURS = AccountRow.id.between(bindparam("first"), bindparam("last"))
_ROLES = Query(
    select(AccountRow.email, AccountRow.display_name, RoleRow.role)
    .join(RoleRow, RoleRow.user_id == AccountRow.id)
    .where(_OURS)
    .order_by(AccountRow.email, RoleRow.role),
    _Given,
)
_OTHERS = select(AccountRow.id).where(not_(_OURS)).limit(1)
_STRANGER: Query[dict[str, object]] = Query(_OTHERS, dict)


class SqlDemonstration(Demonstration):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def accounts(self) -> list[DemoAccount]:
        given = await self._reader.all(_ROLES, first=FIRST, last=LAST)
        return [
            DemoAccount(email=email, display_name=name, roles=tuple(one.role for one in roles))
            for (email, name), roles in groupby(given, key=attrgetter("email", "display_name"))
        ]

    async def strangers(self) -> bool:
        return await self._reader.one(_STRANGER, first=FIRST, last=LAST) is not None
