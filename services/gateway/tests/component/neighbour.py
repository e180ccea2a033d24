"""A service with auth's paths for the gateway to forward to; no other service's code is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

import msgspec
from dishka import Provider, Scope
from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.response import Stream

from lms_adapters.platform.service import Service
from lms_adapters.web.auth import Me, anyone, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View
from lms_adapters.web.streaming import event, stream
from lms_core.contracts.auth import UserCreated
from lms_core.domain.errors import Unauthenticated


class BadCredentials(Unauthenticated, code="auth/bad-credentials"):
    """The address or the password is wrong."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """Sign in, which nobody can here."""

    raises: ClassVar = (BadCredentials,)

    async def __call__(self, email: str) -> None:
        raise BadCredentials


class LoginBody(Body, frozen=True, kw_only=True):
    email: Annotated[str, msgspec.Meta(max_length=254, examples=["ada@example.org"])]


class MeView(View, kw_only=True):
    id: UUID


class AuthController(Controller):
    path = "/auth"

    @post("/login", guards=[anyone], status_code=200)
    @inject
    async def login(self, data: JSONBody[LoginBody], log_in: FromDishka[LogIn]) -> None:
        await log_in(data.email)

    @get("/keys", guards=[anyone])
    async def keys(self) -> dict[str, list[str]]:
        """The keys."""
        return {"keys": []}

    @get("/me", guards=[requires("profile:read")])
    async def show_me(self, me: Me) -> MeView:
        """Who asks."""
        return MeView(id=me.id)

    @get("/events", guards=[anyone])
    async def events(self) -> Stream:
        """Three of them."""

        async def three() -> AsyncIterator[bytes]:
            for n in range(3):
                yield event(b"%d" % n)

        return stream(three())


class StandardController(Controller):
    """At a path that a standard fixes."""

    path = "/xapi"

    @get("/about", guards=[anyone])
    async def about(self) -> dict[str, str]:
        """Which version of the standard."""
        return {"version": "1.0.3"}


class PageController(Controller):
    """For development."""

    path = "/dev/mailbox"
    include_in_schema = False

    @get(guards=[anyone])
    async def page(self) -> dict[str, str]:
        """Nothing is in it."""
        return {"mails": "none"}


def wiring() -> Provider:
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(LogIn)
    return provider


SERVICE = Service(
    name="auth",
    summary="Signs nobody in.",
    routes=("/auth",),
    controllers=(AuthController,),
    root_controllers=(StandardController, PageController),
    roots=("/xapi", "/dev/mailbox"),
    publishes=(UserCreated,),
    wiring=wiring,
)
