"""What there is."""

from __future__ import annotations

from services.gateway.domain.discovery import Directory
from services.gateway.tests.usecases.fakes import FakeDocuments, describe
from services.gateway.usecases.documentation import ShowAsyncApi, ShowIndex, ShowOpenApi


async def test_the_index_names_the_services_in_order() -> None:
    directory = Directory()
    for name in ("user", "auth"):
        directory.learn(name, describe(name, f"/{name}"))
    assert [told.name for told in await ShowIndex(directory)()] == ["auth", "user"]


async def test_the_documents_are_shown() -> None:
    assert b"3.1.0" in await ShowOpenApi(FakeDocuments())()
    assert b"3.0.0" in await ShowAsyncApi(FakeDocuments())()
