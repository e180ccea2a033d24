"""The documents of the whole platform, at the root."""

from __future__ import annotations

from litestar import Controller, Response, get

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View
from services.gateway.usecases.documentation import ShowAsyncApi, ShowIndex, ShowOpenApi

_FRESH = {"cache-control": "no-cache"}


class ServiceView(View, kw_only=True):
    name: str
    summary: str
    version: str
    paths: list[str]


class IndexView(View, kw_only=True):
    name: str
    links: dict[str, str]
    services: list[ServiceView]


class DocumentationController(Controller):
    path = "/"
    include_in_schema = False

    @get("/", guards=[anyone])
    @inject
    async def index(self, show: FromDishka[ShowIndex]) -> IndexView:
        services = [
            ServiceView(name=told.name, summary=told.summary, version=told.version, paths=list(told.paths))
            for told in await show()
        ]
        links = {"openapi": "/openapi.json", "asyncapi": "/asyncapi.json", "health": "/health/ready"}
        return IndexView(name="LMS platform", links=links, services=services)

    @get("/openapi.json", guards=[anyone])
    @inject
    async def openapi(self, show: FromDishka[ShowOpenApi]) -> Response[bytes]:
        return Response(await show(), media_type="application/json", headers=_FRESH)

    @get("/asyncapi.json", guards=[anyone])
    @inject
    async def asyncapi(self, show: FromDishka[ShowAsyncApi]) -> Response[bytes]:
        return Response(await show(), media_type="application/json", headers=_FRESH)
