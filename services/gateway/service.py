"""The gateway on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service
from services.gateway.adapters.http.assets import GatewayAssets
from services.gateway.adapters.http.documentation import DocumentationController
from services.gateway.adapters.http.overview import OverviewController
from services.gateway.adapters.http.proxy import Front
from services.gateway.adapters.http.tracing import TracingController
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import background, faults, wiring

SERVICE = Service(
    name="gateway",
    summary="One door for every client: finds the service, knows who asks, keeps the measure, forwards.",
    routes=(),
    controllers=(),
    root_controllers=(OverviewController, TracingController, DocumentationController, GatewayAssets),
    front=Front,
    background=background,
    faults=faults,
    wiring=wiring,
    settings=GatewaySettings,
    tables=None,
)
