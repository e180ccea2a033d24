"""POST /auth/register."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Controller, post
from litestar.params import JSONBody

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, documented
from lms_core.domain.people import MAX_NAME, MAX_TAG
from services.auth.domain.credentials import MAX_LENGTH, MIN_LENGTH
from services.auth.domain.registration import MAX_EMAIL
from services.auth.usecases.registration import Register


class RegisterBody(Body, frozen=True, kw_only=True):
    email: Annotated[str, documented(maxLength=MAX_EMAIL, examples=["ada@example.org"])]
    password: Annotated[str, documented(minLength=MIN_LENGTH, maxLength=MAX_LENGTH, examples=["correct horse battery"])]
    display_name: Annotated[str, documented(minLength=1, maxLength=MAX_NAME, examples=["Ada Lovelace"])]
    locale: Annotated[str, documented(maxLength=MAX_TAG, examples=["en"])] = "en"
    """The language of mails and inbox (BCP 47)."""


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
