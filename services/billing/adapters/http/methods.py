"""Ways to pay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, post
from litestar.params import FromPath, JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, view
from services.billing.usecases.methods import AddMethod, ListMethods, RemoveMethod, ShowMethod


class MethodBody(Body, frozen=True, kw_only=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200, examples=["pm_ok"])]
    """The provider's own form gives it for a card; the sandbox knows `pm_ok`, `pm_declined` and `pm_timeout`."""


class MethodView(View, kw_only=True):
    id: UUID
    token: str
    """The provider's name for it."""
    added_at: datetime


METHODS = Collection(MethodView, sort=("-added_at",), filters=("id", "added_at"))


class MethodsController(Controller):
    path = "/billing/payment-methods"

    @post(guards=[requires("payment-method:manage")])
    @repeatable(ShowMethod)
    @inject
    async def add_method(self, data: JSONBody[MethodBody], me: Me, add: FromDishka[AddMethod]) -> MethodView:
        return view(await add(me, token=data.token), MethodView)

    @METHODS.get(guards=[requires("payment-method:manage")])
    @inject
    async def list_methods(
        self, me: Me, wanted: Wanted, methods: FromDishka[ListMethods]
    ) -> Response[Page[MethodView]]:
        return METHODS.page(wanted, await methods(me, wanted))

    @delete("/{method_id:uuid}", guards=[requires("payment-method:manage")])
    @inject
    async def remove_method(self, method_id: FromPath[UUID], me: Me, remove: FromDishka[RemoveMethod]) -> None:
        await remove(me, method_id)
