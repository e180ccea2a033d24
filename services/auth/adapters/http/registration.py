"""POST /auth/register."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import Controller, post
from litestar.params import JSONBody

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View
from services.auth.usecases.registration import Register


class RegisterBody(Body, frozen=True, kw_only=True):
    email: Annotated[str, msgspec.Meta(max_length=254, examples=["ada@example.org"])]
    password: Annotated[str, msgspec.Meta(max_length=256, examples=["correct horse battery"])]
    display_name: Annotated[str, msgspec.Meta(max_length=200, examples=["Ada Lovelace"])]
    locale: Annotated[str, msgspec.Meta(max_length=35, examples=["en"])] = "en"


class AcceptedView(View, kw_only=True):
    """It was accepted: what follows, follows by mail."""

    status: Literal["accepted"] = "accepted"


class RegistrationController(Controller):
    path = "/auth/register"

    @post(guards=[anyone], status_code=202)
    @repeatable(AcceptedView(), apart="email")
    @inject
    async def register(self, data: JSONBody[RegisterBody], register: FromDishka[Register]) -> AcceptedView:
        await register(email=data.email, password=data.password, display_name=data.display_name, locale=data.locale)
        return AcceptedView()
