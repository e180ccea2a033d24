"""The manifest: a service on one page, as data. `SERVICE = Service(...)` in every `service.py`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
from dishka import AsyncContainer, Provider
from litestar import Controller
from litestar.types import ASGIApp
from sqlalchemy import MetaData

from lms_adapters.platform.erasure import EraseLog
from lms_adapters.platform.settings import Settings
from lms_adapters.sql.traces import Tracing
from lms_core.contracts.auth import UserErased
from lms_core.domain.events import Event
from lms_core.ports.jobs import Job

DEV = "/dev"
"""What stands below it is for development: the profile production does not have it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A use case that takes events, under a name that is for ever."""

    name: str
    events: tuple[type[Event], ...]
    use_case: type[Any]
    replayable: bool
    tables: tuple[str, ...] = ()
    """What a projection owns and a replay rebuilds."""

    @property
    def everything(self) -> bool:
        """Receives every service's raw envelopes."""
        return not self.events


def on(event: type[Event] | tuple[type[Event], ...], use_case: type[Any], *, name: str) -> Subscription:
    """A reaction: the use case runs once for each event, in a transaction of its own; it is never replayed."""
    return Subscription(name, event if isinstance(event, tuple) else (event,), use_case, replayable=False)


def project(
    event: type[Event] | tuple[type[Event], ...], use_case: type[Any], *, name: str, tables: tuple[str, ...]
) -> Subscription:
    """A projection: a pure function of events into its own tables, rebuilt by `lms events replay NAME`.

    Its use case enters no unit of work: the kernel calls it inside one. Events of the service itself are not brought by
    the bus; the use case that records them calls the projection in the same transaction.
    """
    return Subscription(name, event if isinstance(event, tuple) else (event,), use_case, replayable=True, tables=tables)


def on_any(use_case: type[Any], *, name: str) -> Subscription:
    """The raw envelopes of every service, third parties' included."""
    return Subscription(name, (), use_case, replayable=False)


@dataclass(frozen=True, slots=True)
class Work:
    """A job and the use case that does it."""

    job: type[Job]
    use_case: type[Any]


def work(job: type[Job], use_case: type[Any]) -> Work:
    """`work(Deliver, DeliverMessage)`: the use case takes the job and the `JobRun`."""
    return Work(job, use_case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything the platform needs to know of a service."""

    name: str
    summary: str
    routes: tuple[str, ...]
    """Public path prefixes below /api/v1."""
    controllers: tuple[type[Controller], ...]
    wiring: Callable[[], Provider]
    settings: type[Settings] = Settings
    publishes: tuple[type[Event], ...] = ()
    subscribes: tuple[Subscription, ...] = ()
    jobs: tuple[Work, ...] = ()
    tables: MetaData | None = None
    """None only for a service without a database."""
    traced: tuple[Tracing, ...] = ()
    """Rows of its own that carry a trace id, for the story of a trace: what they are and how they stand."""
    front: Callable[[ASGIApp, AsyncContainer], ASGIApp] | None = None
    """Stands before the service's own app: the gateway's hot path."""
    root_controllers: tuple[type[Controller], ...] = ()
    """Handlers that stand at the root, not below /api/v1: a standard or custom fixes their paths, or they are pages."""
    roots: tuple[str, ...] = ()
    """Public path prefixes of theirs, for the gateway: `/xapi`; `/dev/…` for pages of development."""
    background: Callable[[AsyncContainer], AbstractAsyncContextManager[None]] | None = None
    """Entered when every service of the process is open, left before this one closes: work that needs no database."""
    faults: Callable[[AsyncContainer], Awaitable[dict[str, str]]] | None = None
    """What else keeps it from being ready, beside its database, its loops and the bus."""
    kernel: tuple[tuple[int, int], tuple[int, int]] = ((0, 1), (1, 0))
    """Kernel versions it fits: from, up to but not including."""
    package: str = field(default="")
    """`services.course`; found from where the manifest stands."""

    def __post_init__(self) -> None:
        if not self.package:
            caller = inspect.currentframe()
            while caller is not None and caller.f_globals.get("__name__") in (__name__, None):
                caller = caller.f_back
            name = caller.f_globals["__name__"] if caller else ""
            object.__setattr__(self, "package", name.rpartition(".")[0])
        names = [s.name for s in self.subscriptions]
        for subscription in names:
            if not subscription.startswith(f"{self.name}.") or names.count(subscription) > 1:
                raise ValueError(f"subscription {subscription!r} must be unique and begin with {self.name}.")

    def fit_for(self, profile: str) -> Service:
        """What there is of it in a profile: nothing below /dev in production."""
        if profile == "dev":
            return self
        controllers = tuple(c for c in self.root_controllers if not _is_dev(vars(c)["path"]))
        return replace(self, root_controllers=controllers, roots=tuple(r for r in self.roots if not _is_dev(r)))

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """What it subscribes to, and what the kernel does in every database."""
        if self.tables is None:
            return self.subscribes
        return (*self.subscribes, on(UserErased, EraseLog, name=f"{self.name}.erase"))

    @property
    def stream(self) -> str:
        """Where its events go: `lms.course`."""
        return f"lms.{self.name}"

    @property
    def revisions(self) -> Path | None:
        """The folder of its Alembic revisions."""
        if self.tables is None:
            return None
        return Path(str(resources.files(f"{self.package}.adapters.sql.migrations")))

    @property
    def routing(self) -> Mapping[str, tuple[str, ...]]:
        """Event type → subscriptions that the bus feeds; `*` for those that want everything."""
        table: dict[str, tuple[str, ...]] = {}
        for subscription in self.subscriptions:
            types = ("*",) if subscription.everything else tuple(e.type for e in subscription.events)
            for type_ in types:
                if subscription.replayable and type_.startswith(f"{self.stream}."):
                    continue
                table[type_] = (*table.get(type_, ()), subscription.name)
        return table

    def streams(self, everyone: tuple[str, ...]) -> tuple[str, ...]:
        """The streams it reads; `everyone` is every publishing stream there is."""
        if any(s.everything for s in self.subscriptions):
            return everyone
        wanted = {type_.rsplit(".", 2)[0] for type_ in self.routing}
        return tuple(sorted(wanted))


def _is_dev(path: str) -> bool:
    return path == DEV or path.startswith(f"{DEV}/")


class Descriptor(msgspec.Struct, kw_only=True):
    """What a running service tells the gateway and the CLI about itself (`GET /internal/descriptor`)."""

    name: str
    summary: str
    version: str
    routes: tuple[str, ...]
    roots: tuple[str, ...] = ()
    openapi: dict[str, Any]
    asyncapi: dict[str, Any]
