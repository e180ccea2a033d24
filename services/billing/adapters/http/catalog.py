"""Prices of courses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.params import JSONBody

from lms_adapters.web.auth import Me, anyone, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, view
from services.billing.domain.catalog import MAX_AMOUNT
from services.billing.usecases.catalog import ListPrices, SetPrice, ShowPrice


class PriceBody(Body, frozen=True, kw_only=True):
    course_id: UUID
    amount: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT, examples=[4900])]
    """Minor units; 0 makes it free from now on."""
    currency: Annotated[
        str,
        msgspec.Meta(
            max_length=20, description="ISO 4217.", examples=["EUR"], extra_json_schema={"pattern": "^[A-Z]{3}$"}
        ),
    ]


class PriceView(View, kw_only=True):
    id: UUID
    course_id: UUID
    amount: int
    """In minor units; 0: the course became free."""
    currency: str
    """ISO 4217."""
    set_at: datetime
    """It counts for enrollments from then on, until the next."""


PRICES = Collection(
    PriceView,
    sort=("-set_at",),
    filters=("course_id", "currency", "set_at"),
    required=("course_id",),
    more={"current": bool},
)


class CatalogController(Controller):
    path = "/billing/prices"

    @post(guards=[requires("price:set")])
    @repeatable(ShowPrice)
    @inject
    async def set_price(self, data: JSONBody[PriceBody], me: Me, set_price: FromDishka[SetPrice]) -> PriceView:
        price = await set_price(me, course_id=data.course_id, amount=data.amount, currency=data.currency)
        return view(price, PriceView)

    @PRICES.get(guards=[anyone])
    @inject
    async def list_prices(self, wanted: Wanted, prices: FromDishka[ListPrices]) -> Response[Page[PriceView]]:
        return PRICES.page(wanted, await prices(wanted))
