"""The front page: for people at `/`, for programs at `/`, `/pulse` and `/live`."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get
from litestar.params import HeaderParameter
from litestar.response import Stream

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View
from lms_adapters.web.pages import Pages, for_people
from lms_adapters.web.streaming import stream
from lms_core.domain.errors import Refusal
from services.gateway.adapters.http.access import lacking, may_watch, refused_page, until, watchers
from services.gateway.adapters.watching import Watch
from services.gateway.domain.discovery import Directory
from services.gateway.settings import GatewaySettings
from services.gateway.usecases.documentation import ShowIndex
from services.gateway.usecases.monitoring import Now

LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]


class ServiceView(View, kw_only=True):
    name: str
    summary: str
    version: str
    paths: list[str]


class IndexView(View, kw_only=True):
    name: str
    links: dict[str, str]
    services: list[ServiceView]


class OverviewController(Controller):
    path = "/"
    include_in_schema = False
    exception_handlers = {Refusal: refused_page}  # noqa: RUF012

    @get("/", guards=[anyone])
    @inject
    async def index(
        self,
        request: Request[Any, Any, Any],
        show: FromDishka[ShowIndex],
        watch: FromDishka[Watch],
        directory: FromDishka[Directory],
        pages: FromDishka[Pages],
        settings: FromDishka[GatewaySettings],
    ) -> Response[Any]:
        """What there is: a page for people, a document for programs."""
        known = await show()
        if not for_people(request.headers.get("accept")):
            services = [
                ServiceView(name=told.name, summary=told.summary, version=told.version, paths=list(told.paths))
                for told in known
            ]
            links = {"openapi": "/openapi.json", "asyncapi": "/asyncapi.json", "health": "/health/ready"}
            return Response(IndexView(name="LMS platform", links=links, services=services), headers={"vary": "Accept"})
        if not may_watch(request, settings):
            unseen = sorted(directory.unseen)
            return pages.page(
                "closed.html", here="/", title="Overview", services=known, unseen=unseen, lacking=lacking(request)
            )
        now = await watch.now()
        flows, last = watch.flows()
        return pages.page(
            "overview.html",
            here="/",
            title="Overview",
            now=now,
            flows=flows[::-1],
            last=last,
            seconds=settings.watch_seconds,
        )

    @get("/pulse", guards=[watchers])
    @inject
    async def pulse(self, watch: FromDishka[Watch]) -> Response[Now]:
        """How every service is doing."""
        return Response(await watch.now(), headers={"cache-control": "no-store"})

    @get("/live", guards=[watchers])
    @inject
    async def live(
        self, request: Request[Any, Any, Any], watch: FromDishka[Watch], last_event_id: LastEventId = None
    ) -> Stream:
        """Pulse and events as they come."""
        return stream(await watch.open(last_event_id, until(request)))
