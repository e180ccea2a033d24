"""Ways to pay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, view
from lms_adapters.web.pagination import Page
from services.billing.usecases.methods import AddMethod, ListMethods, RemoveMethod, ShowMethod


class MethodBody(Body, frozen=True, kw_only=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200, examples=["pm_ok"])]


class MethodView(View, kw_only=True):
    id: UUID
    token: str
    added_at: datetime


class MethodsController(Controller):
    path = "/billing/payment-methods"

    @post(guards=[requires("payment-method:manage")])
    @repeatable(ShowMethod)
    @inject
    async def add_method(self, data: JSONBody[MethodBody], me: Me, add: FromDishka[AddMethod]) -> MethodView:
        return view(await add(me, token=data.token), MethodView)

    @get(guards=[requires("payment-method:manage")])
    @inject
    async def list_methods(self, me: Me, list_methods: FromDishka[ListMethods]) -> Page[MethodView]:
        return Page(items=[view(method, MethodView) for method in await list_methods(me)])

    @delete("/{method_id:uuid}", guards=[requires("payment-method:manage")])
    @inject
    async def remove_method(self, method_id: FromPath[UUID], me: Me, remove: FromDishka[RemoveMethod]) -> None:
        await remove(me, method_id)
