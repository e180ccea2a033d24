"""POST /auth/credentials."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, post
from litestar.params import JSONBody

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body
from services.auth.usecases.credentials import ChoosePassword


class ChosenBody(Body, frozen=True, kw_only=True):
    token: Annotated[str, msgspec.Meta(max_length=200)]
    """As `lms admin create` printed it."""
    password: Annotated[str, msgspec.Meta(max_length=256, examples=["correct horse battery"])]


class CredentialsController(Controller):
    path = "/auth/credentials"

    @post(guards=[anyone], status_code=204)
    @inject
    async def choose_password(self, data: JSONBody[ChosenBody], choose: FromDishka[ChoosePassword]) -> None:
        await choose(token=data.token, password=data.password)
