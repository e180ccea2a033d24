"""The sandbox's mailbox: pages for people, JSON for programs. For development."""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from typing import Annotated, Any

from litestar import Controller, MediaType, Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.pages import Assets, Pages, for_people, turns
from lms_adapters.web.pages.refusing import refused_page
from lms_adapters.web.pages.serving import AssetsController
from lms_adapters.web.pagination import MAX_LIMIT, Page, cut, paged, read_cursor
from lms_core.domain.errors import NotFound, Refusal
from services.notification.domain.messages import Channel
from services.notification.usecases.delivery import ListKept, ShowKept

MAILBOX = "/dev/mailbox"
ASSETS = Assets(f"{MAILBOX}/assets", resources.files("services.notification") / "adapters/http/pages/assets")
_PAGE = 25
_AS_RECEIVED = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""A mail can do nothing but look: no script, no form, no request; its links open beside it."""


class KeptView(View, kw_only=True):
    idempotency_key: str
    channel: Channel
    recipient: str
    person: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    sent_at: datetime


class MailboxController(Controller):
    path = MAILBOX
    include_in_schema = False
    exception_handlers = {Refusal: refused_page}  # noqa: RUF012

    @get(guards=[anyone])
    @inject
    async def list_kept(
        self,
        request: Request[Any, Any, Any],
        kept: FromDishka[ListKept],
        pages: FromDishka[Pages],
        recipient: FromQuery[str] = "",
        channel: FromQuery[Channel | None] = None,
        cursor: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = _PAGE,
    ) -> Response[Any]:
        before = read_cursor(cursor, str)
        found = await kept(recipient=recipient.strip() or None, channel=channel, before=before, limit=limit + 1)
        items, following = cut(found, limit, lambda one: one.idempotency_key)
        if not for_people(request.headers.get("accept")):
            return paged(request, Page(items=[view(one, KeptView) for one in items], next=following))
        chosen = {name: value for name, value in (("recipient", recipient.strip()), ("channel", channel)) if value}
        return pages.page(
            "mailbox.html",
            here=MAILBOX,
            title="Mailbox",
            items=items,
            recipient=recipient.strip(),
            channel=channel or "",
            turns=turns(MAILBOX, cursor, following, chosen),
        )

    @get("/{key:str}", guards=[anyone])
    @inject
    async def show_kept(
        self, key: FromPath[str], show: FromDishka[ShowKept], pages: FromDishka[Pages]
    ) -> Response[Any]:
        kept = await show(key)
        return pages.page("kept.html", here=MAILBOX, title=kept.subject or "Text message", kept=kept)

    @get("/{key:str}/html", guards=[anyone])
    @inject
    async def show_html(self, key: FromPath[str], show: FromDishka[ShowKept]) -> Response[str]:
        kept = await show(key)
        if not kept.html:
            raise NotFound("it has no HTML")
        body = kept.html.replace("<head>", '<head><base target="_blank">', 1)
        return Response(body, media_type=MediaType.HTML, headers=_AS_RECEIVED)


class MailboxAssets(AssetsController):
    path = f"{MAILBOX}/assets"
