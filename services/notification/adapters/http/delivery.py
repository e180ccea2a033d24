"""The sandbox's mailbox, for development."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromQuery

from lms_adapters.web.auth import requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.pagination import LIMIT, Page, cut, paged, read_cursor
from services.notification.adapters.http.messages import Limit
from services.notification.usecases.delivery import ShowMailbox


class MailView(View, kw_only=True):
    idempotency_key: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    sent_at: datetime


class MailboxController(Controller):
    path = "/notifications/dev/mailbox"

    @get(guards=[requires("audit:read")])
    @inject
    async def show_mailbox(
        self,
        request: Request[Any, Any, Any],
        show: FromDishka[ShowMailbox],
        recipient: FromQuery[str | None] = None,
        cursor: FromQuery[str | None] = None,
        limit: Limit = LIMIT,
    ) -> Response[Page[MailView]]:
        mails = await show(recipient, before=read_cursor(cursor, str), limit=limit)
        page, following = cut(mails, limit, lambda mail: mail.idempotency_key)
        return paged(request, Page(items=[view(mail, MailView) for mail in page], next=following))
