"""Refusals as pages: for controllers whose answers people look at.

class MailboxController(Controller):
    exception_handlers = {Refusal: refused_page}
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from lms_adapters.web.inject import CONTAINER
from lms_adapters.web.pages import DEVELOPMENT, Pages, for_people
from lms_adapters.web.problems import headers_of, log_cause, refused, status_of
from lms_core.domain.errors import Refusal


def refused_page(request: Request[Any, Any, Any], refusal: Refusal, **more: Any) -> Response[Any]:
    """For people the page `refused.html`, else a problem document.

    `more` is for a `refused.html` of the service's own.
    """
    if not for_people(request.headers.get("accept")):
        return refused(request, refusal)
    log_cause(refusal)
    answer: Response[Any] = (
        CONTAINER.get()
        .get_sync(Pages)
        .page(
            "refused.html",
            here=next((path for path, _ in DEVELOPMENT if request.url.path.startswith(path)), ""),
            title=refusal.title(),
            status=status_of(type(refusal)),
            said=str(refusal),
            **more,
        )
    )
    answer.headers.update(headers_of(refusal))
    return answer
