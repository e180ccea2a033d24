"""POST /auth/erase."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, post
from litestar.params import JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body
from services.auth.adapters.http.tokens import address_of
from services.auth.usecases.erasure import EraseAccount


class EraseBody(Body, frozen=True, kw_only=True):
    password: Annotated[str, msgspec.Meta(max_length=256, examples=["correct horse battery"])]


class ErasureController(Controller):
    path = "/auth/erase"

    @post(guards=[requires("account:erase")], status_code=204)
    @inject
    async def erase_account(
        self, request: Request[Any, Any, Any], data: JSONBody[EraseBody], me: Me, erase: FromDishka[EraseAccount]
    ) -> None:
        await erase(me, password=data.password, address=address_of(request))
