"""The sandbox's desk: a page for people, JSON for programs. For development."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from importlib import resources
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from lms_adapters.telemetry.tracing import trace_id
from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.pages import Assets, Pages, for_people, turns
from lms_adapters.web.pages.refusing import refused_page
from lms_adapters.web.pages.serving import AssetsController
from lms_adapters.web.pagination import MAX_LIMIT, Page, cut, paged, read_cursor
from lms_core.domain.errors import Refusal
from services.billing.adapters.http.same_origin import same_origin
from services.billing.domain.payments import attempt_key
from services.billing.domain.sandbox import ChargeState, Order, SeenCharge, Settled, Verdict, WebhookState
from services.billing.ports.sandbox import DeskView
from services.billing.usecases.sandbox import HoldWebhooks, ReleaseWebhooks, SendAgain, SettleCharge, ShowDesk

DESK = "/dev/payments"
ASSETS = Assets(f"{DESK}/assets", resources.files("services.billing") / "adapters/http/pages/assets")
_PAGE = 20


class WebhookView(View, kw_only=True):
    id: str
    event: str
    state: WebhookState
    sends: int
    status: int | None
    created_at: datetime
    sent_at: datetime | None


class ChargeView(View, kw_only=True):
    key: str
    token: str
    amount: int
    currency: str
    outcome: ChargeState
    asked: int
    trace_id: str
    at: datetime
    webhooks: list[WebhookView]


class ChargesView(Page[ChargeView], kw_only=True):
    holding: bool
    held: int


class DeskController(Controller):
    path = DESK
    include_in_schema = False
    exception_handlers = {Refusal: refused_page}  # noqa: RUF012

    @get(guards=[anyone])
    @inject
    async def show_desk(
        self,
        request: Request[Any, Any, Any],
        show: FromDishka[ShowDesk],
        pages: FromDishka[Pages],
        cursor: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = _PAGE,
    ) -> Response[Any]:
        desk = await show(before=read_cursor(cursor, str), limit=limit + 1)
        charges, following = cut(desk.charges, limit, lambda charge: charge.key)
        items = [_charge(charge, desk) for charge in charges]
        if not for_people(request.headers.get("accept")):
            return paged(request, ChargesView(items=items, next=following, holding=desk.holding, held=desk.held))
        return pages.page(
            "payments.html",
            here=DESK,
            title="Payments",
            charges=items,
            holding=desk.holding,
            held=desk.held,
            turns=turns(DESK, cursor, following),
        )

    @post("/webhooks/hold", guards=[anyone, same_origin], status_code=303)
    @inject
    async def hold_webhooks(self, hold: FromDishka[HoldWebhooks]) -> Response[None]:
        await hold(True)
        return _back()

    @post("/webhooks/let-go", guards=[anyone, same_origin], status_code=303)
    @inject
    async def let_webhooks_go(self, hold: FromDishka[HoldWebhooks]) -> Response[None]:
        await hold(False)
        return _back()

    @post("/webhooks/release", guards=[anyone, same_origin], status_code=303)
    @inject
    async def release_webhooks(self, first: FromQuery[Order], release: FromDishka[ReleaseWebhooks]) -> Response[None]:
        await release(first)
        return _back()

    @post("/webhooks/{webhook_id:str}/send", guards=[anyone, same_origin], status_code=303)
    @inject
    async def send_webhook(self, webhook_id: FromPath[str], send: FromDishka[SendAgain]) -> Response[None]:
        await send(webhook_id)
        return _back()

    @post("/charges/{payment_id:uuid}/{number:int}/settle", guards=[anyone, same_origin], status_code=303)
    @inject
    async def settle_charge(
        self,
        payment_id: FromPath[UUID],
        number: FromPath[int],
        verdict: FromQuery[Verdict],
        settle: FromDishka[SettleCharge],
    ) -> Response[None]:
        with suppress(Settled):  # decided meanwhile: the page says how
            await settle(attempt_key(payment_id, number), verdict)
        return _back()


class DeskAssets(AssetsController):
    path = f"{DESK}/assets"


def _charge(charge: SeenCharge, desk: DeskView) -> ChargeView:
    return ChargeView(
        key=charge.key,
        token=charge.token,
        amount=charge.amount,
        currency=charge.currency,
        outcome=charge.outcome,
        asked=charge.asked,
        trace_id=trace_id(charge.traceparent) if charge.traceparent else "",
        at=charge.at,
        webhooks=[view(sent, WebhookView) for sent in desk.webhooks if sent.key == charge.key],
    )


def _back() -> Response[None]:
    """To the desk, as it is now (RFC 9110, section 15.4.4)."""
    return Response(None, status_code=303, headers={"location": DESK, "cache-control": "no-store"})
