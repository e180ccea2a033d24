"""What handles a subscription's events: in groups, and one by one where one of a group fails."""

from __future__ import annotations

from time import perf_counter

import structlog
from dishka import AsyncContainer
from opentelemetry.trace import SpanKind

from lms_adapters.platform.service import Subscription
from lms_adapters.sql.engine import Database, StoreUnavailable, writing
from lms_adapters.sql.inbox import Inbox, Received, State
from lms_adapters.sql.uow import AMBIENT, Ambient, Batch
from lms_adapters.telemetry import metrics, tracing
from lms_core.domain.errors import NotYet, in_full
from lms_core.domain.events import Envelope, decode
from lms_core.ports.uow import RolledBack, UnitOfWork

GROUP = 32
"""Events of different keys that share a transaction, at most."""
GROUP_SECONDS = 0.02
"""A group's transaction takes no further event after this long."""

_log = structlog.get_logger("worker")


class EventRunner:
    """One service's subscriptions."""

    def __init__(self, inbox: Inbox, database: Database, container: AsyncContainer) -> None:
        self._inbox = inbox
        self._database = database
        self._container = container

    async def once(self, subscription: Subscription) -> int:
        """A group of ready events of different keys, then those whose time has come; how many were tried."""
        tried = await self._group(subscription)
        for seq in await self._inbox.due(subscription.name):
            await self._single(subscription, seq)
            tried += 1
        return tried

    async def _group(self, subscription: Subscription) -> int:
        heads: list[Received] = []
        done = 0
        try:
            async with Batch(await self._database.begin()) as batch:
                heads = await self._inbox.heads(batch.driver, subscription.name, GROUP)
                if not heads:
                    return 0
                until = perf_counter() + GROUP_SECONDS
                for event in heads:
                    await self._handle(subscription, event, batch)
                    done += 1
                    if perf_counter() > until:
                        break
                await batch.commit(self._database)
        except Exception as error:
            if not heads or isinstance(error, StoreUnavailable):
                raise
        else:
            metrics.handled(subscription.name, "done").inc(done)
            return done
        tried = heads[: done + 1]
        for event in tried:  # one by one: only the one that fails is held up
            await self._single(subscription, event.seq)
        return len(tried)

    async def _single(self, subscription: Subscription, seq: int) -> None:
        event: Received | None = None
        try:
            async with Batch(await self._database.begin()) as batch:
                event = await self._inbox.lock(batch.driver, seq)
                if event is None:
                    return
                await self._handle(subscription, event, batch)
                await batch.commit(self._database)
        except Exception as error:
            if event is None or isinstance(error, StoreUnavailable):
                raise
            if not isinstance(error, RolledBack):
                await self._failed(subscription, event, error)
                return
            async with writing(self._database) as driver:  # the use case is content that nothing came of it
                await self._inbox.done(driver, subscription.name, event, tracing.span_id())
        metrics.handled(subscription.name, "done").inc()

    async def _failed(self, subscription: Subscription, event: Received, error: Exception) -> None:
        state = await self._inbox.fail(subscription.name, event, error)
        told = {"subscription": subscription.name, "seq": event.seq, "error": in_full(error)}
        with tracing.resumed(event.envelope.traceparent):
            if state is State.DEAD:
                _log.error("dead letter", key=event.envelope.key, **told)
            elif state is not None and not isinstance(error, NotYet):
                _log.warning("event will be tried again", **told)
        metrics.handled(subscription.name, "dead" if state is State.DEAD else "retry").inc()

    async def _handle(self, subscription: Subscription, event: Received, batch: Batch) -> None:
        with tracing.span(subscription.name, event.envelope.traceparent, kind=SpanKind.CONSUMER):
            await deliver(self._container, subscription, event.envelope, Ambient(subscription.name, outer=batch))
            if batch.broken:
                raise RolledBack
            await self._inbox.done(batch.driver, subscription.name, event, tracing.span_id())


async def deliver(container: AsyncContainer, subscription: Subscription, envelope: Envelope, ambient: Ambient) -> None:
    """Call a subscription's use case with an event, inside the transaction that `ambient` carries."""
    before = AMBIENT.set(ambient)
    try:
        async with container() as scope:
            use_case = await scope.get(subscription.use_case)
            if subscription.everything:
                await use_case(envelope)
                return
            contract = next(e for e in subscription.events if e.type == envelope.type)
            event = decode(contract, envelope.body)
            if subscription.replayable:
                async with await scope.get(UnitOfWork):
                    await use_case(event)
            else:
                await use_case(event)
    finally:
        AMBIENT.reset(before)
