"""Sign-in and sign-out. Answers with credentials are never stored or repeated."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import JSONBody

from lms_adapters.web.auth import anyone, me
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, view
from services.auth.usecases.tokens import LogIn, LogOut, Refresh, ShowKeys, Tokens


class LoginBody(Body, frozen=True, kw_only=True):
    email: Annotated[str, msgspec.Meta(max_length=254, examples=["ada@example.org"])]
    password: Annotated[str, msgspec.Meta(max_length=256, examples=["correct horse battery"])]


class RefreshBody(Body, frozen=True, kw_only=True):
    refresh_token: Annotated[str, msgspec.Meta(max_length=200)]


class TokensView(View, kw_only=True):
    """A pair of tokens."""

    access_token: str
    """For `Authorization: Bearer …`; to clients it is opaque."""
    refresh_token: str
    """Counts once: the next pair comes with the next one."""
    token_type: Literal["Bearer"]
    expires_in: int
    """Seconds that the access token counts."""


class KeySetView(View, kw_only=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: Annotated[
        list[dict[str, str]],
        msgspec.Meta(
            examples=[[{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "…", "x": "…", "y": "…"}]]
        ),
    ]


def _answer(tokens: Tokens) -> Response[TokensView]:
    return Response(view(tokens, TokensView), headers={"cache-control": "no-store"}, status_code=200)


def address_of(request: Request[Any, Any, Any]) -> str:
    """Where it comes from; the gateway says so, and lets nobody else say it."""
    return request.headers.get("x-forwarded-for") or (request.client.host if request.client else "unknown")


class TokensController(Controller):
    path = "/auth"

    @post("/login", guards=[anyone], status_code=200)
    @inject
    async def login(
        self, request: Request[Any, Any, Any], data: JSONBody[LoginBody], log_in: FromDishka[LogIn]
    ) -> Response[TokensView]:
        return _answer(await log_in(email=data.email, password=data.password, address=address_of(request)))

    @post("/refresh", guards=[anyone], status_code=200)
    @inject
    async def refresh(self, data: JSONBody[RefreshBody], refresh: FromDishka[Refresh]) -> Response[TokensView]:
        return _answer(await refresh(refresh_token=data.refresh_token))

    @post("/logout", guards=[anyone], status_code=204)
    @inject
    async def logout(
        self, request: Request[Any, Any, Any], log_out: FromDishka[LogOut], data: JSONBody[RefreshBody | None] = None
    ) -> None:
        await log_out(data.refresh_token if data else me(request.scope).session)

    @get("/jwks", guards=[anyone])
    @inject
    async def jwks(self, show: FromDishka[ShowKeys]) -> Response[KeySetView]:
        return Response(view(await show(), KeySetView), headers={"cache-control": "public, max-age=300"})
