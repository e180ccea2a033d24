"""NATS JetStream as the bus: a stream per publishing service, read from a position that is SQL's.

`lms.course` is the subject; the JetStream stream is LMS_COURSE. A position is a sequence number and the moment the
stream was created, so that a stream made anew is not taken for the old one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote, unquote

import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api
from nats.js.errors import BadRequestError, NoStreamResponseError

from lms_adapters.bus.nats_connection import NatsConnection
from lms_adapters.bus.session import BATCH, PATIENCE, done_with, heeding_cancellation, keep_feeding, settings
from lms_core.domain.errors import Unavailable
from lms_core.domain.events import Envelope
from lms_core.ports.bus import Bus, Lost, Sink

HEARTBEAT = 5.0
SILENCE = 2.2 * HEARTBEAT
DEDUPLICATION = 600.0
"""Seconds in which the server drops a repeated event itself; later the sinks do."""
DAY = 86_400.0

log = logging.getLogger(__name__)


class NatsBus(Bus):
    """`nats://host:4222?max_age_days=7&replicas=1`."""

    def __init__(self, url: str) -> None:
        self._settings = settings(url, max_age_days=7, replicas=1)
        self._connection = NatsConnection(url)
        self._declared: set[str] = set()

    async def publish(self, stream: str, batch: Sequence[Envelope]) -> None:
        """See the port. All are sent, then all acknowledgements awaited.

        Each names the one before it: when the server refuses one, it refuses those behind it too.
        """
        jetstream = await self._connection.jetstream()
        acks: list[asyncio.Future[api.PubAck]] = []
        previous: str | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                await self._declare(jetstream, stream)
                for event in batch:
                    headers = to_headers(event)
                    if previous is not None:
                        headers["Nats-Expected-Last-Msg-Id"] = previous
                    acks.append(await jetstream.publish_async(stream, event.body, headers=headers))
                    previous = headers["Nats-Msg-Id"]
                for ack in acks:
                    await ack
        except (nats.errors.Error, TimeoutError, OSError) as error:
            if isinstance(error, NoStreamResponseError):
                self._declared.discard(stream)
            raise Unavailable("the message broker did not take the events", note="NATS") from error
        finally:
            done_with(acks)

    async def feed(self, stream: str, sink: Sink) -> None:
        """See the port."""
        await keep_feeding(lambda: self._session(stream, sink), stream, sink.name)

    async def ready(self) -> None:
        """See the port."""
        jetstream = await self._connection.jetstream()
        try:
            await jetstream.account_info()
        except (nats.errors.Error, TimeoutError) as error:
            raise Unavailable("the message broker does not answer", note="JetStream") from error

    async def close(self) -> None:
        """See the port."""
        await self._connection.close()
        self._declared.clear()

    async def _declare(self, jetstream: JetStreamContext, stream: str) -> None:
        """Create the stream, or bring its retention up to date."""
        if stream in self._declared:
            return
        config = api.StreamConfig(
            name=stream_name(stream),
            subjects=[stream],
            max_age=self._settings["max_age_days"] * DAY,
            duplicate_window=DEDUPLICATION,
            num_replicas=self._settings["replicas"],
            storage=api.StorageType.FILE,
            retention=api.RetentionPolicy.LIMITS,
            allow_rollup_hdrs=False,
        )
        try:
            await jetstream.add_stream(config)
        except BadRequestError:  # it exists with other settings
            await jetstream.update_stream(config)
        self._declared.add(stream)

    async def _session(self, stream: str, sink: Sink) -> None:
        heed = heeding_cancellation()
        jetstream = await self._connection.jetstream()
        self._declared.discard(stream)  # it may have been deleted since the last session
        await self._declare(jetstream, stream)
        info = await jetstream.stream_info(stream_name(stream))
        created = "" if info.created is None else info.created.isoformat()
        read = begun = _read(await sink.position(stream), info.state, created)
        async with self._consume(jetstream, stream, read) as inbox:
            while True:
                heed()
                envelopes: list[Envelope] = []
                missed = False
                for message in await inbox.messages():
                    sequence = message.metadata.sequence.stream
                    missed = read is not None and sequence != read + 1
                    if missed:
                        break
                    read = sequence
                    if (envelope := from_message(message)) is not None:
                        envelopes.append(envelope)
                if read != begun:
                    await sink.ingest(stream, envelopes, f"{read}@{created}")
                elif missed:  # the first message we asked for is not what we got
                    raise Lost(f"{stream} no longer holds what came after {read}")
                if missed:
                    raise Unavailable(
                        "the message broker does not answer", note=f"a message after {read} did not reach us"
                    )

    @asynccontextmanager
    async def _consume(self, jetstream: JetStreamContext, stream: str, read: int | None) -> AsyncIterator[_Inbox]:
        """A throw-away consumer that begins behind `read`; the server forgets it when nobody listens."""
        client = await self._connection.client()
        inbox = _Inbox()
        subscription = await client.subscribe(client.new_inbox(), cb=inbox.put)
        try:
            with self._connection.watch(inbox.interrupt):
                await jetstream.add_consumer(
                    stream_name(stream),
                    config=api.ConsumerConfig(
                        deliver_subject=subscription.subject,
                        deliver_policy=api.DeliverPolicy.ALL if read is None else api.DeliverPolicy.BY_START_SEQUENCE,
                        opt_start_seq=None if read is None else read + 1,
                        ack_policy=api.AckPolicy.NONE,
                        max_deliver=1,
                        flow_control=True,
                        idle_heartbeat=HEARTBEAT,
                        mem_storage=True,
                        num_replicas=1,
                    ),
                )
                yield inbox
        finally:
            if client.is_connected:
                await subscription.unsubscribe()
            else:  # there is nobody to tell; a reconnect must not subscribe again
                client._remove_sub(subscription._id)


class _Inbox:
    """What the server has pushed, flow control and heartbeats taken out."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Msg | None] = asyncio.Queue()

    async def put(self, message: Msg) -> None:
        """From the client."""
        self._queue.put_nowait(message)

    def interrupt(self) -> None:
        """The connection was away: the consumer may be gone, and messages with it."""
        self._queue.put_nowait(None)

    async def messages(self) -> list[Msg]:
        """What has arrived, at least one message. Raises Unavailable after silence or a reconnect."""
        taken: list[Msg] = []
        while not taken:
            async with asyncio.timeout(SILENCE):
                await self._take(await self._queue.get(), taken)
            while len(taken) < BATCH and not self._queue.empty():
                await self._take(self._queue.get_nowait(), taken)
        return taken

    @staticmethod
    async def _take(message: Msg | None, taken: list[Msg]) -> None:
        if message is None:
            raise Unavailable("the message broker cannot be reached", note="NATS was away")
        headers = message.headers or {}
        if "Status" not in headers:
            taken.append(message)
        elif message.reply:  # flow control: the server may send more, now that we have come this far
            await message.respond(b"")
        elif stalled := headers.get("Nats-Consumer-Stalled"):
            await message._client.publish(stalled)


def stream_name(stream: str) -> str:
    """`lms.course` → LMS_COURSE; JetStream allows no dot in a name."""
    return stream.upper().replace(".", "_")


def to_headers(event: Envelope) -> dict[str, str]:
    """CloudEvents' binding for NATS: `ce-` before each attribute, values percent-encoded."""
    headers = {_wire_name(name): quote(value, safe=_SAFE) for name, value in event.headers.items()}
    headers["Nats-Msg-Id"] = headers["ce-id"]
    return headers


def from_message(message: Msg) -> Envelope | None:
    """The event; None, with a line in the log, for what is none: it was not we who wrote it, and it must not block."""
    headers = {_own_name(name.lower()): unquote(value) for name, value in (message.headers or {}).items()}
    try:
        return Envelope.from_headers(headers, message.data)
    except (KeyError, ValueError) as error:
        log.error("%s: message %s is no event: %r", message.subject, message.metadata.sequence.stream, error)
        return None


_SAFE = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"%')


def _wire_name(name: str) -> str:
    return name.replace("ce_", "ce-", 1)


def _own_name(name: str) -> str:
    return name.replace("ce-", "ce_", 1)


def _read(position: str | None, state: api.StreamState, created: str) -> int | None:
    """The sequence up to which the sink has read; None when it begins. Raises Lost."""
    if position is None:
        return None
    sequence, _, of = position.partition("@")
    read = int(sequence)
    if of != created or state.last_seq < read:
        raise Lost(f"the stream was made anew; the sink had read up to {read} of the one of {of}")
    if state.first_seq > read + 1:
        raise Lost(f"the stream begins at {state.first_seq}, the sink needs {read + 1}")
    return read
