"""Who may watch the platform, and what a browser sees where it may not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from lms_adapters.web.auth import Requires
from lms_adapters.web.inject import CONTAINER
from lms_adapters.web.pages import refusing
from lms_core.domain.errors import Forbidden, Refusal, Unauthenticated
from lms_core.security.principal import Principal
from services.gateway.settings import GatewaySettings


class Watchers(Requires):
    """In development everybody; in production those who hold the permission."""

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if (await CONTAINER.get().get(GatewaySettings)).profile != "dev":
            await super().__call__(connection, handler)


watchers = Watchers("platform:watch")


def may_watch(request: Request[Any, Any, Any], settings: GatewaySettings) -> bool:
    """Whether `watchers` would let them."""
    principal = request.scope.get("principal")
    return settings.profile == "dev" or (isinstance(principal, Principal) and principal.may(watchers.permission))


def lacking(request: Request[Any, Any, Any]) -> str | None:
    """The permission that somebody who is signed in and may not watch has not; None when nobody is signed in."""
    return watchers.permission if "principal" in request.scope else None


def until(request: Request[Any, Any, Any]) -> datetime | None:
    """When a stream ends: with the token that it was asked for with."""
    principal = request.scope.get("principal")
    return principal.expires_at if isinstance(principal, Principal) else None


def refused_page(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """A refusal as a page for people, with the sign-in where that helps, else as a problem document."""
    sign_in = isinstance(refusal, Unauthenticated | Forbidden)
    return refusing.refused_page(request, refusal, sign_in=sign_in, lacking=refusal.facts.get("rule"))
