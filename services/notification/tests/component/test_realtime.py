"""The live inbox over HTTP, spoken as ASGI: a test client would wait for the end of the stream."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.testing.fakes import fake_id
from services.notification.service import SERVICE
from services.notification.tests.component.stories import ADA, BOB, CREATED, ENROLLED, INBOX, INVOICE, inbox

STREAM = f"{INBOX}/stream"


class _Stream:
    """An open stream: its status, and its events as they come."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status.set_result(message["status"])
        elif message["body"]:
            self.chunks.put_nowait(message["body"])

    async def event(self) -> dict[str, str]:
        """The next one; comments are passed over."""
        while True:
            lines = (await self.chunks.get()).decode().strip().splitlines()
            fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            if fields:
                return fields


@contextlib.asynccontextmanager
async def _connect(service: ServiceUnderTest, person: UUID) -> AsyncIterator[_Stream]:
    stream, gone = _Stream(), asyncio.Event()
    asked = False

    async def receive() -> Any:
        nonlocal asked
        if asked:
            await gone.wait()
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    token = service.token("learner", id=person)
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": STREAM,
        "raw_path": STREAM.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"host", b"test")],
        "server": ("test", 80),
        "client": ("test", 1),
    }
    served = asyncio.ensure_future(service.running.app(scope, receive, stream.send))
    try:
        assert await stream.status == 200
        assert await stream.chunks.get() == b": connected\n\n"
        yield stream
    finally:
        gone.set()
        await served


async def test_new_messages_come_as_they_are_told_and_only_ones_own(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        async with _connect(service, ADA) as ada, _connect(service, BOB) as bob:
            await _listening(service, 2)
            await service.receive(CREATED)
            event = await ada.event()
            [message] = (await inbox(service))["items"]
            assert (event["id"], json.loads(event["data"])) == (message["id"], message)
            await service.receive(ENROLLED)
            assert json.loads((await ada.event())["data"])["kind"] == "enrolled"
            assert bob.chunks.empty()
        await _listening(service, 0)


async def _listening(service: ServiceUnderTest, count: int) -> None:
    """Wait until so many streams listen."""
    broadcast: Any = service.platform.broadcast
    async with asyncio.timeout(5):
        while len(broadcast._hub.channels) != count:  # noqa: ASYNC110  the product tells nobody
            await asyncio.sleep(0)


async def test_a_stream_resumes_after_the_last_event_and_ends_with_the_token(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, ENROLLED, INVOICE)
        newest, middle, oldest = (m["id"] for m in (await inbox(service))["items"])
        ada, bob = service.client("learner", id=ADA), service.client("learner", id=BOB)
        service.clock.advance(timedelta(hours=1))  # the tokens end now: a stream ends when it has caught up

        async def ids(after: str | None) -> list[str]:
            answer = await ada.get(STREAM, headers={"Last-Event-ID": after} if after else {})
            assert answer.headers["content-type"].startswith("text/event-stream")
            return [line[4:] for line in answer.text.splitlines() if line.startswith("id: ")]

        assert await ids(oldest) == [middle, newest]
        assert await ids(newest) == []
        assert await ids(str(fake_id(999))) == [oldest, middle, newest]
        assert await ids(None) == []
        assert "id: " not in (await bob.get(STREAM, headers={"Last-Event-ID": oldest})).text


async def test_an_id_that_is_none_is_refused(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await service.client("learner", id=ADA).get(STREAM, headers={"Last-Event-ID": "seven"})
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")


async def test_one_more_stream_than_a_person_may_have_is_refused(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_NOTIFICATION_STREAMS_PER_PERSON": "1"}) as service:
        ada = service.client("learner", id=ADA)
        async with _connect(service, ADA), _connect(service, BOB):
            await _listening(service, 2)
            answer = await ada.get(STREAM)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
            assert answer.json()["type"] == "/problems/notification/too-many-streams"
        await _listening(service, 0)
        async with _connect(service, ADA):
            pass
