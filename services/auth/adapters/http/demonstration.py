"""GET /auth/demo-accounts."""

from __future__ import annotations

from litestar import Controller, get

from lms_adapters.web.auth import anyone
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.pagination import Page
from services.auth.usecases.demonstration import ListDemoAccounts


class DemoAccountView(View, kw_only=True):
    email: str
    password: str
    display_name: str
    roles: list[str]


class DemonstrationController(Controller):
    path = "/auth/demo-accounts"

    @get(guards=[anyone])
    @inject
    async def list_demo_accounts(self, accounts: FromDishka[ListDemoAccounts]) -> Page[DemoAccountView]:
        return Page(items=[view(account, DemoAccountView) for account in await accounts()])
