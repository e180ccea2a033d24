"""Roles of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, post
from litestar.params import FromPath, JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, view
from services.auth.usecases.permissions import AssignRole


class RoleBody(Body, frozen=True, kw_only=True):
    role: Annotated[str, msgspec.Meta(max_length=50, examples=["instructor"])]


class RoleView(View, kw_only=True):
    user_id: UUID
    role: str
    assigned_at: datetime


class PermissionsController(Controller):
    path = "/auth/users/{user_id:uuid}/roles"

    @post(guards=[requires("role:assign")])
    @inject
    async def assign_role(
        self, user_id: FromPath[UUID], data: JSONBody[RoleBody], me: Me, assign: FromDishka[AssignRole]
    ) -> RoleView:
        return view(await assign(me, user_id, data.role), RoleView)
