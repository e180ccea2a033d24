"""What every request leaves behind: a line, and its rate, errors and duration."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import Counter

from lms_adapters.telemetry import metrics
from lms_adapters.telemetry.access import AccessLog
from lms_core.ports.clock import Clock
from services.gateway.domain.monitoring import Recollection, Tally
from services.gateway.domain.routing import Route
from services.gateway.ports.rate_limiting import Ticks

_SECOND = 1_000_000_000
_failures = Counter("lms_gateway_upstream_failures_total", "Requests that a service failed", ("upstream", "kind"))


class Monitor:
    """Called once for each forwarded or refused request."""

    def __init__(self, tally: Tally, requests: Recollection, clock: Clock, ticks: Ticks, *, access_log: bool) -> None:
        self._tally = tally
        self._requests = requests
        self._clock = clock
        self._ticks = ticks
        self._access_log = AccessLog() if access_log else None

    def request(self, method: str, route: Route | None, status: int, began: float, ended: float, trace: str) -> None:
        """It is over. Paths are told by their route: ids in them are nobody's business."""
        seconds = (ended or perf_counter()) - began
        method = metrics.known(method)
        prefix, upstream = (route.prefix, route.service) if route is not None else ("-", "-")
        answered = trace, method, prefix, status, upstream, seconds, self._clock.now()
        metrics.request("gateway", method, prefix, status, seconds)
        self._tally.count(upstream, self._ticks() // _SECOND, failed=status >= 500)
        if route is not None:
            self._requests.keep(answered)
        if self._access_log is not None:
            self._access_log.request(answered)

    def failure(self, route: Route, kind: str) -> None:
        """The service did not answer as it should."""
        _failures.labels(route.service, kind).inc()
