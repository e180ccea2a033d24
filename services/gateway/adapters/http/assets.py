"""The files that pages refer to."""

from __future__ import annotations

from importlib import resources
from importlib.metadata import distribution
from pathlib import Path

from lms_adapters.web.pages import ASSETS, Assets, shared
from lms_adapters.web.pages.serving import AssetsController

OWN_FILES = resources.files("services.gateway") / "adapters/http/pages/assets"
_SWAGGER = ("swagger-ui.css", "swagger-ui-bundle.js")


def assets() -> Assets:
    """What every page refers to, and what the gateway's own refer to beside. Swagger UI comes in a package."""
    swagger = [Path(str(distribution("swagger-ui-py").locate_file(f"swagger_ui/static/{name}"))) for name in _SWAGGER]
    return shared(OWN_FILES, *swagger)


class GatewayAssets(AssetsController):
    path = ASSETS
