"""The demonstration's accounts: shown to everybody, and refused in production."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from joserfc.jwk import OctKey

from lms_adapters.platform.settings import BadSettings
from lms_adapters.testing.service import ServiceUnderTest
from lms_core.testing.fakes import FakeIds
from services.auth.domain.demonstration import ADMINISTRATOR, PASSWORD, demo_id
from services.auth.ports.demonstration import Demonstration
from services.auth.service import SERVICE

PATH = "/api/v1/auth/demo-accounts"
ADA = "ada@school.example"
KEY = {"LMS_AUTH_MASTER_KEY": str(OctKey.generate_key(256).as_dict()["k"])}
PRODUCTION = KEY | {"LMS_PROFILE": "production"}


class GivenIds(FakeIds):
    """The next id is a given one."""

    given: UUID | None = None

    def new(self) -> UUID:
        id, self.given = self.given, None
        return id or super().new()


async def register(service: ServiceUnderTest, email: str, id: UUID | None = None) -> None:
    assert isinstance(service.ids, GivenIds)
    service.ids.given = id
    body = {"email": email, "password": PASSWORD, "display_name": email.partition("@")[0].title()}
    assert (await service.client().post("/api/v1/auth/register", json=body)).status_code == 202


async def strangers(service: ServiceUnderTest) -> bool:
    demonstration: Demonstration = await service.running.container.get(Demonstration)
    return await demonstration.strangers()


def opened(folder: Path, environ: dict[str, str] = KEY) -> ServiceUnderTest:
    return ServiceUnderTest(SERVICE, folder, environ, ids=GivenIds())


async def test_the_schools_accounts_are_shown_and_sign_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as service:
        client = service.client()
        assert (await client.get(PATH)).json() == {"items": [], "next": None}
        await register(service, ADA, demo_id(ADA))
        await register(service, ADMINISTRATOR, demo_id(ADMINISTRATOR))
        roles = f"/api/v1/auth/users/{demo_id(ADMINISTRATOR)}/roles"
        assert (await service.client("admin").post(roles, json={"role": "admin"})).status_code == 200
        assert not await strangers(service)
        shown = (await client.get(PATH)).json()["items"]
        assert shown == [
            {"email": ADMINISTRATOR, "password": PASSWORD, "display_name": "Admin", "roles": ["admin", "learner"]},
            {"email": ADA, "password": PASSWORD, "display_name": "Ada", "roles": ["learner"]},
        ]
        for account in shown:
            signed_in = {name: account[name] for name in ("email", "password")}
            assert (await client.post("/api/v1/auth/login", json=signed_in)).status_code == 200


async def test_who_takes_an_address_of_the_school_is_not_of_the_school(tmp_path: Path) -> None:
    async with opened(tmp_path) as service:
        await register(service, ADMINISTRATOR)
        assert (await service.client().get(PATH)).json()["items"] == []
        assert await strangers(service)
    async with opened(tmp_path, PRODUCTION) as service:
        assert await strangers(service)


async def test_production_does_not_start_on_the_school(tmp_path: Path) -> None:
    async with opened(tmp_path, PRODUCTION) as service:
        await register(service, ADA, demo_id(ADA))
    with pytest.raises(BadSettings, match="everybody knows"):
        async with opened(tmp_path, PRODUCTION):
            pass
