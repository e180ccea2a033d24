"""Requests as a histogram: found by what they were, with few labels whatever callers send."""

from __future__ import annotations

from prometheus_client import REGISTRY

from lms_adapters.telemetry import metrics

NAME = "lms_http_request_seconds"
LABELS = {"service": "measured", "method": "GET", "route": "/things", "status": "200"}


def test_a_request_counts_in_every_bucket_that_holds_it() -> None:
    for seconds in (0.001, 0.003, 20.0):
        metrics.request("measured", "GET", "/things", 200, seconds)
    found = {bound: REGISTRY.get_sample_value(f"{NAME}_bucket", LABELS | {"le": bound}) for bound in ("0.001", "0.005")}
    assert found == {"0.001": 1.0, "0.005": 2.0}
    assert REGISTRY.get_sample_value(f"{NAME}_bucket", LABELS | {"le": "+Inf"}) == 3.0
    assert REGISTRY.get_sample_value(f"{NAME}_sum", LABELS) == 20.004


def test_methods_that_nobody_knows_are_one() -> None:
    for method in ("BREW", "WHEN"):
        metrics.request("measured", method, "/pots", 405, 0.001)
    pots = {"service": "measured", "route": "/pots", "status": "405"}
    assert REGISTRY.get_sample_value(f"{NAME}_count", pots | {"method": "other"}) == 2.0
    assert REGISTRY.get_sample_value(f"{NAME}_count", pots | {"method": "BREW"}) is None


def test_requests_that_nobody_reads_are_few() -> None:
    for _ in range(250):
        metrics.request("unread", "GET", "/things", 200, 0.001)
    assert len(metrics._requests._fresh) < 100
    assert REGISTRY.get_sample_value(f"{NAME}_count", LABELS | {"service": "unread"}) == 250.0
