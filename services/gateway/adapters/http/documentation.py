"""The documents of the whole platform, at the root."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar import Controller, Response, get
from litestar.params import QueryParameter

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.pages import Pages
from services.gateway.adapters.http.events import matching, publishers
from services.gateway.settings import GatewaySettings
from services.gateway.usecases.documentation import ShowAsyncApi, ShowOpenApi

_FRESH = {"cache-control": "no-cache"}


Search: TypeAlias = Annotated[str, QueryParameter(max_length=200, description="Words that an event must have.")]


class DocumentationController(Controller):
    path = "/"
    include_in_schema = False

    @get("/docs", guards=[anyone])
    @inject
    async def docs(self, pages: FromDishka[Pages], settings: FromDishka[GatewaySettings]) -> Response[str]:
        """The API, to read and to try out. Swagger UI draws its arrows as data: images in its stylesheet."""
        dev = settings.profile == "dev"
        return pages.page("docs.html", here="/docs", title="API", dev=dev, allow={"img-src": "'self' data:"})

    @get("/docs/events", guards=[anyone])
    @inject
    async def events(self, show: FromDishka[ShowAsyncApi], pages: FromDishka[Pages], q: Search = "") -> Response[str]:
        """Every event: who publishes it, who takes it, what it looks like."""
        wanted = " ".join(q.split())
        found = matching(publishers(await show()), wanted)
        count = sum(len(one.events) for one in found)
        return pages.page(
            "events.html", here="/docs/events", title="Events", publishers=found, count=count, wanted=wanted
        )

    @get("/openapi.json", guards=[anyone])
    @inject
    async def openapi(self, show: FromDishka[ShowOpenApi]) -> Response[bytes]:
        return Response(await show(), media_type="application/json", headers=_FRESH)

    @get("/asyncapi.json", guards=[anyone])
    @inject
    async def asyncapi(self, show: FromDishka[ShowAsyncApi]) -> Response[bytes]:
        return Response(await show(), media_type="application/json", headers=_FRESH)
