"""The story of a trace: a page for people, JSON for programs."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.pages import Pages, for_people
from lms_core.domain.errors import Refusal
from services.gateway.adapters.http.access import refused_page, watchers
from services.gateway.domain.tracing import trace_id_in
from services.gateway.usecases.tracing import ShowTrace


class TracingController(Controller):
    path = "/traces"
    include_in_schema = False
    exception_handlers = {Refusal: refused_page}  # noqa: RUF012

    @get("/", guards=[watchers])
    async def find(self, id: Annotated[str, QueryParameter()] = "") -> Redirect:
        """From what somebody pasted to its story."""
        return Redirect(f"/traces/{trace_id_in(id)}", status_code=303)

    @get("/{trace_id:str}", guards=[watchers])
    @inject
    async def trace(
        self,
        request: Request[Any, Any, Any],
        trace_id: FromPath[str],
        show: FromDishka[ShowTrace],
        pages: FromDishka[Pages],
    ) -> Response[Any]:
        """What a request caused."""
        story = await show(trace_id)
        if for_people(request.headers.get("accept")):
            return pages.page("trace.html", here="", title=f"Trace {story.trace_id[:8]}", story=story)
        return Response(story, headers={"cache-control": "no-store", "vary": "Accept"})
