"""The files that pages refer to, over HTTP: a service gives the path.

class MailboxAssets(AssetsController):
    path = ASSETS
"""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.params import FromPath, HeaderParameter, QueryParameter

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.pages import Pages


class AssetsController(Controller):
    """Those of the service's `Pages`."""

    include_in_schema = False

    @get("/{name:str}", guards=[anyone])
    @inject
    async def asset(
        self,
        name: FromPath[str],
        pages: FromDishka[Pages],
        v: Annotated[str | None, QueryParameter()] = None,
        if_none_match: Annotated[str | None, HeaderParameter(name="If-None-Match")] = None,
    ) -> Response[Any]:
        """A file; for ever under the address that names its version, else with its tag."""
        return pages.assets.answer(name, version=v, if_none_match=if_none_match)
