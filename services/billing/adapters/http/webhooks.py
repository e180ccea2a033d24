"""Where the payment provider speaks to us."""

from __future__ import annotations

from typing import Any, Final

from litestar import Controller, Request, post

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from services.billing.usecases.webhooks import ReceiveWebhook

MAX_BODY: Final = 64 * 1024


class WebhooksController(Controller):
    path = "/billing/webhooks"

    @post(guards=[anyone], status_code=204, request_max_body_size=MAX_BODY)
    @inject
    async def receive_webhook(self, request: Request[Any, Any, Any], receive: FromDishka[ReceiveWebhook]) -> None:
        await receive(request.headers, await request.body())
