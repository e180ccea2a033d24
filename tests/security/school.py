"""A small school on the whole platform, in this process and without workers: who is there, and what is whose."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import Source
from lms_cli.operations import OPERATIONS
from lms_cli.platform import services
from lms_core.testing.fakes import FakeClock
from services.auth.adapters.crypto import credentials
from tests.security.knock import Answer, Header, knock

API = "/api/v1"
PASSWORD = "a long and good password"
TOPIC = {"title": "Words", "blocks": [{"kind": "text", "markdown": "# Words"}]}
OUTLINE = {"modules": [{"title": "One", "lessons": [{"title": "First", "topics": [TOPIC]}]}]}
UNLIMITED = {f"LMS_GATEWAY_{which}_RATE": "0" for which in ("PERSON", "ADDRESS", "CREDENTIALS")}


class NobodyHas(KeyError):
    """A thing that nobody in the school has: `tests/security/school.py` must give it to them."""


@dataclass(slots=True)
class Person:
    """Somebody signed in, and the ids of what is theirs by the name that paths give it."""

    name: str
    email: str
    token: str = ""
    refresh_token: str = ""
    things: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, thing: str) -> str:
        """`person["invoice_id"]`."""
        try:
            return self.things[thing]
        except KeyError:
            raise NobodyHas(f"tests/security/school.py gives {self.name} no {thing}") from None


class School:
    """Everybody, after `furnish`."""

    def __init__(self, platform: Platform, clock: FakeClock) -> None:
        self.platform = platform
        self.clock = clock
        self.front = platform.neighbours["gateway"]

    async def ask(
        self,
        who: Person | None,
        method: str,
        path: str,
        json: Any = None,
        *,
        headers: Iterable[Header] = (),
        at: str = "gateway",
    ) -> Answer:
        """A request below /api/v1; whatever comes back. `at`: the service that it goes to."""
        app = self.platform.neighbours[at]
        token = who.token if who else ""
        return await knock(app, method, API + path, token=token, json=json, headers=headers)

    async def call(
        self, who: Person | None, method: str, path: str, json: Any = None, *, headers: Iterable[Header] = ()
    ) -> Any:
        """A request that must succeed; its body."""
        answer = await self.ask(who, method, path, json, headers=headers)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        return answer.json if answer.body else None

    async def newcomer(self, name: str) -> Person:
        """Registered and signed in."""
        person = Person(name, f"{name.lower()}@example.org")
        body = {"email": person.email, "password": PASSWORD, "display_name": name}
        await self.call(None, "POST", "/auth/register", body)
        await self.platform.drain()
        await self.sign_in(person)
        return person

    async def sign_in(self, person: Person) -> None:
        """With the roles of now."""
        tokens = await self.call(None, "POST", "/auth/login", {"email": person.email, "password": PASSWORD})
        person.token, person.refresh_token = tokens["access_token"], tokens["refresh_token"]

    async def administrator(self) -> Person:
        """Made by the operator, and signed in."""
        person = Person("Head", "head@example.org")
        create = OPERATIONS["admin.create"](self.platform, email=person.email, name="Head", password=PASSWORD)
        assert [row async for row in create]
        await self.platform.drain()
        await self.sign_in(person)
        return person

    async def furnish(self) -> None:
        """An admin, two instructors and two learners, with courses, places, invoices and messages."""
        self.admin = await self.administrator()
        self.instructor, self.rival = await self.newcomer("Grace"), await self.newcomer("Hedy")
        self.learner, self.stranger = await self.newcomer("Linus"), await self.newcomer("Eve")
        for one in self.everybody:
            one.things |= {"user_id": (await self.call(one, "GET", "/users/me"))["id"], "role": "learner"}
        for one in (self.instructor, self.rival):
            await self.call(self.admin, "POST", f"/auth/users/{one['user_id']}/roles", {"role": "instructor"})
            await self.sign_in(one)
        self.course = await self._course(self.instructor, "Compilers", price=4900)
        self.open_course = await self._course(self.instructor, "Sorting")
        self.unpublished = await self._course(self.instructor, "Merging", publish=False)
        self.others_course = await self._course(self.rival, "Radio")
        self.others_open_course = await self._course(self.rival, "Torpedoes")
        self.draft = await self._course(self.rival, "Spread spectrum", publish=False)
        for one in self.everybody:
            await self._settle(one)

    @property
    def everybody(self) -> tuple[Person, ...]:
        """In the order they came."""
        return self.admin, self.instructor, self.rival, self.learner, self.stranger

    async def _course(self, who: Person, title: str, *, price: int = 0, publish: bool = True) -> str:
        made = await self.call(who, "POST", "/courses", {"title": title})
        path = f"/courses/{made['id']}"
        await self.call(who, "PUT", f"{path}/outline", OUTLINE, headers=[("if-match", '"1"')])
        await self.platform.drain()
        if price:
            body = {"course_id": made["id"], "amount": price, "currency": "EUR"}
            await self.call(who, "POST", "/billing/prices", body)
            await self.platform.drain()
        if publish:
            await self.call(who, "POST", f"{path}/publish")
            await self.platform.drain()
        return str(made["id"])

    async def _settle(self, one: Person) -> None:
        """They pay for a place in the course, and are told so."""
        one.things["method_id"] = (await self.call(one, "POST", "/billing/payment-methods", {"token": "pm_ok"}))["id"]
        agreed = {"price_id": (await self.call(one, "GET", f"/courses/{self.course}"))["price_id"]}
        place = await self.call(one, "POST", f"/courses/{self.course}/enrollments", agreed)
        await self.platform.drain()
        one.things |= {"course_id": self.course, "enrollment_id": place["id"]}
        one.things["payment_id"] = (await self.call(one, "GET", "/billing/payments"))["items"][0]["id"]
        one.things["invoice_id"] = (await self.call(one, "GET", "/billing/invoices"))["items"][0]["id"]
        one.things["message_id"] = (await self.call(one, "GET", "/notifications"))["items"][0]["id"]
        phone = {"channel": "sms", "address": "+49 30 901821"}
        one.things["device_id"] = (await self.call(one, "POST", "/devices", phone))["id"]
        content = await self.call(one, "GET", f"/courses/{self.course}/content")
        one.things["topic_id"] = content["modules"][0]["lessons"][0]["topics"][0]["id"]

    async def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Method and path of every documented operation, and what the document tells of it."""
        answer = await knock(self.front, "GET", "/openapi.json")
        found = [
            (method.upper(), path, told)
            for path, item in answer.json["paths"].items()
            for method, told in item.items()
            if "operationId" in told
        ]
        assert len(found) > 30
        return found

    async def written(self) -> dict[str, tuple[int, int, int]]:
        """How many events, jobs and audit rows each service has: what a refused request must leave as it was."""
        counted = {}
        for name, one in self.platform.services.items():
            if one.database is not None:
                tables = ("lms_outbox", "lms_job", "lms_audit")
                rows = [await one.database.read(f"SELECT count(*) FROM {table}", ()) for table in tables]
                counted[name] = (rows[0][0][0], rows[1][0][0], rows[2][0][0])
        return counted


@asynccontextmanager
async def opened(folder: Path, environ: Mapping[str, str] = UNLIMITED) -> AsyncIterator[School]:
    """The platform with nobody there yet."""
    clock = FakeClock()
    source = Source({"LMS_DATA": str(folder), "LMS_GATEWAY_ACCESS_LOG": "false", **environ}, folder / "lms.toml")
    platform = Platform(services(), source, clock=clock, workers=False)
    with pytest.MonkeyPatch.context() as patch:  # real hashes, at the least cost argon2 has
        patch.setattr(credentials, "_MEMORY_KIB", 8)
        patch.setattr(credentials, "_PASSES", 1)
        await platform.open()
        try:
            yield School(platform, clock)
        finally:
            await platform.close()


def unique(prefix: str) -> str:
    """A name that nobody has."""
    return f"{prefix}-{secrets.token_hex(6)}"
