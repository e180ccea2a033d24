"""A guard for forms on pages that know no sign-in: another site's page must not send them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from lms_core.domain.errors import Forbidden


async def same_origin(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Browsers say where a form comes from (Fetch Metadata, or Origin); what says nothing is no browser.

    Raises Forbidden.
    """
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is None or urlsplit(origin).netloc == connection.headers.get("host")
    if not ours:
        raise Forbidden("the form was sent by a page of another origin")
