"""The files that pages refer to."""

from __future__ import annotations

from importlib import resources
from importlib.metadata import distribution
from pathlib import Path
from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.params import FromPath, HeaderParameter, QueryParameter

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.pages import ASSETS, Assets, shared
from lms_core.domain.errors import NotFound

OWN_FILES = resources.files("services.gateway") / "adapters/http/pages/assets"
_SWAGGER = ("swagger-ui.css", "swagger-ui-bundle.js")


def assets() -> Assets:
    """What every page refers to, and what the gateway's own refer to beside. Swagger UI comes in a package."""
    swagger = [Path(str(distribution("swagger-ui-py").locate_file(f"swagger_ui/static/{name}"))) for name in _SWAGGER]
    return shared(OWN_FILES, *swagger)


class AssetsController(Controller):
    path = ASSETS
    include_in_schema = False

    @get("/{name:str}", guards=[anyone])
    @inject
    async def asset(
        self,
        name: FromPath[str],
        files: FromDishka[Assets],
        v: Annotated[str | None, QueryParameter()] = None,
        if_none_match: Annotated[str | None, HeaderParameter(name="If-None-Match")] = None,
    ) -> Response[Any]:
        """A file; for ever under the address that names its version, else with its tag."""
        answer = files.answer(name, version=v, if_none_match=if_none_match)
        if answer is None:
            raise NotFound("no such file")
        return answer
