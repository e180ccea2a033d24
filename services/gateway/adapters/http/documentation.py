"""The documents of the whole platform, at the root."""

from __future__ import annotations

from litestar import Controller, Response, get

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from services.gateway.usecases.documentation import ShowAsyncApi, ShowOpenApi

_FRESH = {"cache-control": "no-cache"}


class DocumentationController(Controller):
    path = "/"
    include_in_schema = False

    @get("/openapi.json", guards=[anyone])
    @inject
    async def openapi(self, show: FromDishka[ShowOpenApi]) -> Response[bytes]:
        return Response(await show(), media_type="application/json", headers=_FRESH)

    @get("/asyncapi.json", guards=[anyone])
    @inject
    async def asyncapi(self, show: FromDishka[ShowAsyncApi]) -> Response[bytes]:
        return Response(await show(), media_type="application/json", headers=_FRESH)
