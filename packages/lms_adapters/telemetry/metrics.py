"""Prometheus metrics: rate, errors and duration of every operation, and the state of the event machinery."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final, TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, Metric, generate_latest

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_TOGETHER: Final = 100
_Observation: TypeAlias = tuple[str, str, str, int, float]


class _Requests(Histogram):
    """Takes requests together, or when it is read: off the way of each, and while the code for it is warm."""

    def collect(self) -> Iterable[Metric]:
        """As it stands."""
        _settle()
        return super().collect()


_taken: list[_Observation] = []
_requests = _Requests(
    "lms_http_request_seconds", "Time to answer", ("service", "method", "route", "status"), buckets=BUCKETS
)
_handled = Counter("lms_events_handled_total", "Events handled", ("subscription", "outcome"))
_published = Counter("lms_events_published_total", "Events handed to the bus", ("service",))
_jobs = Counter("lms_jobs_total", "Runs of jobs", ("job", "outcome"))
backlog = Gauge("lms_backlog", "Rows waiting: outbox, inbox and jobs", ("service", "queue"))


def request(service: str, method: str, route: str, status: int, seconds: float) -> None:
    """An operation was answered; methods beside those of `METHODS`, which callers make up, are one."""
    _taken.append((service, method, route, status, seconds))
    if len(_taken) >= _TOGETHER:
        _settle()


def _settle() -> None:
    while _taken:
        service, method, route, status, seconds = _taken.pop()
        _answered(service, known(method), route, status).observe(seconds)


def known(method: str) -> str:
    """As it is told, with few of them whatever callers send."""
    return method if method in METHODS else "other"


@functools.lru_cache(maxsize=4096)
def _answered(service: str, method: str, route: str, status: int) -> Histogram:
    """Finding it takes three times as long as an observation."""
    return _requests.labels(service, method, route, status)


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
