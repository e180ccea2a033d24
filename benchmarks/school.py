"""A small school, made by the platform's own use cases: courses, and learners who enroll, pay and learn."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from benchmarks.report import progress
from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import Source
from lms_adapters.telemetry import logging
from lms_cli.operations import OPERATIONS
from lms_cli.platform import services

PASSWORD = "a long and good password"
PLACES, TOPICS, BATCH = 5, 12, 5
"""Courses a learner enrolls in, topics of a course, activities that a client sends at once."""
Marks = dict[tuple[str, str], int]
"""The last row of each service's tables."""


@dataclass(slots=True)
class Small:
    """What was made."""

    folder: Path
    tokens: dict[str, str] = field(default_factory=dict)
    """Of `admin` and `instructor`, and of learners by their id."""
    courses: list[str] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)
    """A learner's courses; the first one was paid for."""
    marks: list[Marks] = field(default_factory=list)
    """Before the first learner, and after each."""
    events: dict[str, int] = field(default_factory=dict)
    """How many of each course's events analytics had counted before the first learner."""


def databases(folder: Path) -> dict[str, Path]:
    """The file of each service."""
    return {path.stem: path for path in sorted(folder.glob("*.db"))}


def marks(folder: Path) -> Marks:
    """Where each table of each service ends now."""
    found: Marks = {}
    for service, path in databases(folder).items():
        connection = sqlite3.connect(path)
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%(%'"):
            try:
                [(last,)] = connection.execute(f'SELECT coalesce(max(rowid), 0) FROM "{table}"')
            except sqlite3.OperationalError:  # without rowids: nothing that is copied
                continue
            found[service, table] = last
        connection.close()
    return found


class _Maker:
    def __init__(self, platform: Platform, client: httpx.AsyncClient, small: Small) -> None:
        self._platform = platform
        self._client = client
        self._small = small

    async def ask(self, method: str, path: str, token: str = "", body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["authorization"] = f"Bearer {token}"
        answer = await self._client.request(method, f"/api/v1{path}", json=body, headers=sent)
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else None

    async def drain(self) -> None:
        await self._platform.drain()

    async def sign_in(self, email: str) -> str:
        tokens = await self.ask("POST", "/auth/login", body={"email": email, "password": PASSWORD})
        return str(tokens["access_token"])

    async def newcomer(self, name: str) -> tuple[str, str]:
        """Their id and token."""
        email = f"{name}@example.org"
        await self.ask("POST", "/auth/register", body={"email": email, "password": PASSWORD, "display_name": name})
        await self.drain()
        token = await self.sign_in(email)
        return str((await self.ask("GET", "/users/me", token))["id"]), token

    async def staff(self) -> None:
        create = OPERATIONS["admin.create"](self._platform, email="head@example.org", name="Head", password=PASSWORD)
        _ = [row async for row in create]
        await self.drain()
        admin = await self.sign_in("head@example.org")
        instructor, _token = await self.newcomer("instructor")
        await self.ask("POST", f"/auth/users/{instructor}/roles", admin, {"role": "instructor"})
        await self.drain()
        self._small.tokens |= {"admin": admin, "instructor": await self.sign_in("instructor@example.org")}

    async def course(self, number: int, *, price: int) -> None:
        token = self._small.tokens["instructor"]
        body = {"title": f"Course {number}", "summary": "Words and things. " * 10}
        course = str((await self.ask("POST", "/courses", token, body))["id"])
        topics = [{"title": f"Topic {n}", "blocks": [{"kind": "text", "markdown": f"# {n}\n" + "Words. " * 50}]}
                  for n in range(TOPICS)]  # fmt: skip
        lessons = [{"title": f"Lesson {n}", "topics": topics[n * 4 : n * 4 + 4]} for n in range(TOPICS // 4)]
        outline = {"modules": [{"title": "Module", "lessons": lessons}]}
        await self.ask("PUT", f"/courses/{course}/outline", token, outline, if_match='"1"')
        await self.drain()
        if price:
            await self.ask("POST", "/billing/prices", token, {"course_id": course, "amount": price, "currency": "EUR"})
            await self.drain()
        await self.ask("POST", f"/courses/{course}/publish", token)
        await self.drain()
        self._small.courses.append(course)

    async def learner(self, number: int, activities: int) -> None:
        id, token = await self.newcomer(f"learner-{number}")
        paid, free = self._small.courses[::4], [c for n, c in enumerate(self._small.courses) if n % 4]
        places = [paid[number % len(paid)], *(free[(number * 3 + n) % len(free)] for n in range(PLACES - 1))]
        await self.ask("POST", "/billing/payment-methods", token, {"token": "pm_ok"})
        for course in places:
            agreed = {"price_id": (await self.ask("GET", f"/courses/{course}", token))["price_id"]}
            await self.ask("POST", f"/courses/{course}/enrollments", token, agreed)
        await self.drain()
        for n, course in enumerate(places):
            content = await self.ask("GET", f"/courses/{course}/content", token)
            topics = [t["id"] for m in content["modules"] for lesson in m["lessons"] for t in lesson["topics"]]
            share = activities // PLACES + (n < activities % PLACES)
            await self._learn(token, course, topics, share, complete=n == 0 or number % 3 == n % 3)
        self._small.tokens[id], self._small.places[id] = token, places

    async def _learn(self, token: str, course: str, topics: list[str], activities: int, *, complete: bool) -> None:
        now = self._platform.clock.now()
        done = [
            {
                "activity_id": str(self._platform.ids.new()),
                "course_id": course,
                "topic_id": topics[n % len(topics)],
                "kind": "completed" if complete and n < len(topics) else "viewed",
                "seconds": 30 + n,
                "position": 10 * n,
                "occurred_at": (now - timedelta(minutes=activities - n)).isoformat(),
            }
            for n in range(activities)
        ]
        for at in range(0, len(done), BATCH):
            await self.ask("POST", "/progress/activities", token, {"activities": done[at : at + BATCH]})


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Platform]:
    """All services on this folder, nothing moving by itself; tokens count for a day."""
    limits = {f"LMS_GATEWAY_{which}_RATE": "0" for which in ("PERSON", "ADDRESS", "CREDENTIALS")}
    logging.configure("json", "warning")
    source = Source({"LMS_DATA": str(folder), "LMS_AUTH_ACCESS_SECONDS": "86400", **limits})
    platform = Platform(services(), source, workers=False)
    await platform.open()
    try:
        yield platform
    finally:
        await platform.close()


async def make(folder: Path, courses: int, learners: int, activities: int) -> Small:
    """A staff of two, courses of which every fourth is paid, and learners with so many activities each."""
    small = Small(folder)
    async with opened(folder) as platform:
        transport = httpx.ASGITransport(app=platform.neighbours["gateway"])  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            maker = _Maker(platform, client, small)
            await maker.staff()
            for number in range(courses):
                await maker.course(number, price=0 if number % 4 else 4900)
            progress(f"{courses} courses")
            await maker.drain()
            small.marks.append(marks(folder))
            analytics = sqlite3.connect(databases(folder)["analytics"])
            small.events = dict(analytics.execute("SELECT id, events FROM course"))
            analytics.close()
            for number in range(learners):
                await maker.learner(number, activities)
                await maker.drain()
                small.marks.append(marks(folder))
            progress(f"{learners} learners with {activities} activities each, through the use cases")
    return small
