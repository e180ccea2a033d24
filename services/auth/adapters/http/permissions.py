"""Roles of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, delete, post
from litestar.params import FromPath, JSONBody, PathParameter

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, documented, view
from lms_core.security.permissions import ROLES
from services.auth.usecases.permissions import AssignRole, RevokeRole

Role: TypeAlias = Annotated[str, PathParameter(description="The role that is taken back.")]


class RoleBody(Body, frozen=True, kw_only=True):
    role: Annotated[str, documented(enum=sorted(ROLES), examples=["instructor"])]


class RoleView(View, kw_only=True):
    user_id: UUID
    role: str
    assigned_at: datetime


class PermissionsController(Controller):
    path = "/auth/users/{user_id:uuid}/roles"

    @post(guards=[requires("role:assign")], status_code=200)
    @inject
    async def assign_role(
        self, user_id: FromPath[UUID], data: JSONBody[RoleBody], me: Me, assign: FromDishka[AssignRole]
    ) -> RoleView:
        return view(await assign(me, user_id, data.role), RoleView)

    @delete("/{role:str}", guards=[requires("role:assign")])
    @inject
    async def revoke_role(self, user_id: FromPath[UUID], role: Role, me: Me, revoke: FromDishka[RevokeRole]) -> None:
        await revoke(me, user_id, role)
