"""Prices of courses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from lms_adapters.web.auth import Me, anyone, requires
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, view
from lms_adapters.web.pagination import LIMIT, MAX_LIMIT, Page, cut, paged, read_cursor
from services.billing.domain.catalog import MAX_AMOUNT
from services.billing.usecases.catalog import ListPrices, SetPrice, ShowPrice


class PriceBody(Body, frozen=True, kw_only=True):
    course_id: UUID
    amount: Annotated[int, msgspec.Meta(gt=0, le=MAX_AMOUNT, description="Minor units.", examples=[4900])]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["EUR"])]


class PriceView(View, kw_only=True):
    id: UUID
    course_id: UUID
    amount: int
    currency: str
    set_at: datetime


class CatalogController(Controller):
    path = "/billing/prices"

    @post(guards=[requires("price:set")])
    @repeatable(ShowPrice)
    @inject
    async def set_price(self, data: JSONBody[PriceBody], me: Me, set_price: FromDishka[SetPrice]) -> PriceView:
        price = await set_price(me, course_id=data.course_id, amount=data.amount, currency=data.currency)
        return view(price, PriceView)

    @get(guards=[anyone])
    @inject
    async def list_prices(
        self,
        request: Request[Any, Any, Any],
        course_id: FromQuery[UUID],
        list_prices: FromDishka[ListPrices],
        cursor: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = LIMIT,
    ) -> Response[Page[PriceView]]:
        prices = await list_prices(course_id, before=read_cursor(cursor, datetime), limit=limit + 1)
        items, following = cut(prices, limit, lambda price: price.set_at)
        return paged(request, Page(items=[view(price, PriceView) for price in items], next=following))
