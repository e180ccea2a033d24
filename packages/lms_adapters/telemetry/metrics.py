"""Prometheus metrics: rate, errors and duration of every operation, and the state of the event machinery."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import Final, TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, generate_latest
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_TOGETHER: Final = 100
_LABELS: Final = ("service", "method", "route", "status")
_Labels: TypeAlias = tuple[str, str, str, int]


class _Requests(Collector):
    """A histogram that is counted a hundred requests at a time, or when it is read: off the way of each."""

    _BOUNDS: Final = (*(str(float(bound)) for bound in BUCKETS), "+Inf")

    def __init__(self) -> None:
        self._fresh: list[tuple[_Labels, float]] = []
        self._rows: dict[_Labels, list[float]] = {}
        """How many took as long as each bucket holds and the one before it does not; and all together, in seconds."""

    def observe(self, service: str, method: str, route: str, status: int, seconds: float) -> None:
        """One was answered. Methods beside those of `METHODS`, which callers make up, are one."""
        self._fresh.append(((service, method, route, status), seconds))
        if len(self._fresh) >= _TOGETHER:
            self._count()

    def _count(self) -> None:
        for labels, seconds in self._fresh:
            row = self._rows.get(labels) or self._row(*labels)
            row[bisect_left(BUCKETS, seconds)] += 1
            row[-1] += seconds
        self._fresh.clear()

    def _row(self, service: str, method: str, route: str, status: int) -> list[float]:
        return self._rows.setdefault((service, known(method), route, status), [0.0] * (len(self._BOUNDS) + 1))

    def describe(self) -> list[HistogramMetricFamily]:
        """Its name, for nothing else to have it."""
        return [HistogramMetricFamily("lms_http_request_seconds", "Time to answer", labels=_LABELS)]

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """As it stands."""
        self._count()
        [family] = self.describe()
        for labels, (*counts, seconds) in self._rows.items():
            buckets = list(zip(self._BOUNDS, accumulate(counts), strict=True))
            family.add_metric([str(label) for label in labels], buckets, seconds)
        return [family]


_requests = _Requests()
REGISTRY.register(_requests)
request: Final = _requests.observe
_handled = Counter("lms_events_handled_total", "Events handled", ("subscription", "outcome"))
_published = Counter("lms_events_published_total", "Events handed to the bus", ("service",))
_jobs = Counter("lms_jobs_total", "Runs of jobs", ("job", "outcome"))
backlog = Gauge("lms_backlog", "Rows waiting: outbox, inbox and jobs", ("service", "queue"))


def known(method: str) -> str:
    """As it is told, with few of them whatever callers send."""
    return method if method in METHODS else "other"


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
