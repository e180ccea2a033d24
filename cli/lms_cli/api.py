"""The platform's REST as its front end sees it, for the stories of the demo and of the flow tests."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from uuid import uuid4

import aiohttp

T = TypeVar("T")
PATIENCE_SECONDS = 20.0


class StoryBroke(Exception):
    """An answer was not what the story says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def trace_id(self) -> str:
        """From the answer's traceparent."""
        return self.headers.get("traceparent", "")[3:35]


@dataclass(slots=True)
class Api:
    """A client of the gateway, as one person."""

    url: str
    session: aiohttp.ClientSession
    token: str = ""
    heard: Callable[[str, str, Answer], None] = field(default=lambda _m, _p, _a: None)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """`async with Api.open(url) as api:`"""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            yield cls(url, session)

    def signed_in(self, token: str) -> Api:
        """The same client as somebody else."""
        return Api(self.url, self.session, token, self.heard)

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request, whatever comes back. `if_match="…"` becomes the header If-Match."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        async with self.session.request(method, f"{self.url}{path}", json=body, headers=sent) as raw:
            text = await raw.text()
            json = raw.content_type.endswith("json") and bool(text)
            got = await raw.json(content_type=None) if json else text
            return Answer(raw.status, got, {k.lower(): v for k, v in raw.headers.items()})

    async def call(
        self, method: str, path: str, body: Any = None, *, status: int | None = None, **headers: str
    ) -> Answer:
        """A request that must succeed (or answer `status`). Raises StoryBroke."""
        answer = await self.ask(method, path, body, **headers)
        if answer.status != status if status is not None else answer.status >= 400:
            raise StoryBroke(f"{method} {path} answered {answer.status}: {answer.body}")
        self.heard(method, path, answer)
        return answer

    async def post(self, path: str, body: Any = None) -> Answer:
        """A POST with a fresh Idempotency-Key."""
        return await self.call("POST", path, body, idempotency_key=str(uuid4()))

    async def until(self, path: str, wanted: Callable[[Any], bool], what: str) -> Answer:
        """GET until the answer is as wanted. Raises StoryBroke after twenty seconds."""

        async def look() -> Answer | None:
            answer = await self.ask("GET", path)
            return answer if answer.status == 200 and wanted(answer.body) else None

        answer = await eventually(look, what)
        self.heard("GET", path, answer)
        return answer


async def eventually(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look until there is something. Raises StoryBroke."""
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + PATIENCE_SECONDS, 0.01
    while True:
        found = await look()
        if found is not None:
            return found
        if loop.time() > deadline:
            raise StoryBroke(f"waited {PATIENCE_SECONDS:.0f} s in vain: {what}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.25)


@dataclass(slots=True)
class Person:
    """Somebody in a story, signed in."""

    email: str
    password: str
    name: str
    api: Api
    id: str = ""


async def newcomer(api: Api, name: str) -> tuple[Person, Answer]:
    """Registers and signs in; the answer is the registration's."""
    email = f"{name.split(maxsplit=1)[0].lower()}.{secrets.token_hex(4)}@example.org"
    password = "a long and good password"  # noqa: S105
    registered = await api.post("/api/v1/auth/register", {"email": email, "password": password, "display_name": name})
    person = Person(email, password, name, api)
    await sign_in(person)
    me = await person.api.until("/api/v1/users/me", lambda _: True, f"{name}'s profile")
    person.id = me.body["id"]
    return person, registered


async def sign_in(person: Person) -> None:
    """Fresh tokens, with the roles of now."""
    tokens = await person.api.call("POST", "/api/v1/auth/login", {"email": person.email, "password": person.password})
    person.api = person.api.signed_in(tokens.body["access_token"])
