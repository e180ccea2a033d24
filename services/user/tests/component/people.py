"""Who appears in these tests."""

from __future__ import annotations

from uuid import UUID

import httpx

from lms_core.contracts.auth import UserCreated
from lms_core.testing.fakes import MORNING, fake_id

ADA, BOB = fake_id(100), fake_id(200)
ME = "/api/v1/users/me"
PREFERENCES = f"{ME}/preferences"


def registered(id: UUID = ADA, name: str = "Ada Lovelace") -> UserCreated:
    return UserCreated(user_id=id, email=f"{id}@example.org", display_name=name, locale="en", created_at=MORNING)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")
