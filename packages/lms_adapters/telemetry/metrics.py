"""Prometheus metrics: rate, errors and duration of every operation, and the state of the event machinery."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, generate_latest
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_BOUNDS: Final = (*(str(float(bound)) for bound in BUCKETS), "+Inf")


class _Requests(Collector):
    """A histogram that takes a request's time in a microsecond: no locks, for all is on one event loop."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str, int], list[int]] = {}
        self._seconds: dict[tuple[str, str, str, int], float] = {}

    def observe(self, service: str, method: str, route: str, status: int, seconds: float) -> None:
        operation = (service, method, route, status)
        counts = self._counts.get(operation)
        if counts is None:
            counts = self._counts[operation] = [0] * len(_BOUNDS)
            self._seconds[operation] = 0.0
        counts[bisect_left(BUCKETS, seconds)] += 1
        self._seconds[operation] += seconds

    def collect(self) -> Iterable[HistogramMetricFamily]:
        labels = ("service", "method", "route", "status")
        family = HistogramMetricFamily("lms_http_request_seconds", "Time to answer", labels=labels)
        for operation, counts in self._counts.items():
            total, buckets = 0, []
            for bound, count in zip(_BOUNDS, counts, strict=True):
                total += count
                buckets.append((bound, total))
            family.add_metric([str(label) for label in operation], buckets, self._seconds[operation])
        yield family


_requests = _Requests()
REGISTRY.register(_requests)
_handled = Counter("lms_events_handled_total", "Events handled", ("subscription", "outcome"))
_published = Counter("lms_events_published_total", "Events handed to the bus", ("service",))
_jobs = Counter("lms_jobs_total", "Runs of jobs", ("job", "outcome"))
backlog = Gauge("lms_backlog", "Rows waiting: outbox, inbox and jobs", ("service", "queue"))


def request(service: str, method: str, route: str, status: int, seconds: float) -> None:
    """An operation was answered."""
    _requests.observe(service, method, route, status, seconds)


@functools.lru_cache(maxsize=1024)
def handled(subscription: str, outcome: str) -> Counter:
    """Events of a subscription: `done`, `retry`, `dead`."""
    return _handled.labels(subscription, outcome)


@functools.lru_cache(maxsize=64)
def published(service: str) -> Counter:
    """Events that the bus took from a service."""
    return _published.labels(service)


@functools.lru_cache(maxsize=256)
def job_runs(job: str, outcome: str) -> Counter:
    """Runs of a job: `done`, `retry`, `dead`."""
    return _jobs.labels(job, outcome)


def exposition() -> tuple[bytes, str]:
    """All metrics of the process, and their content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
