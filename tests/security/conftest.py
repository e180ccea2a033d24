"""The school that the tests of this folder share, but for those that change it from the ground up."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.security.school import School, opened


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[School]:
    """Furnished. A test that changes something does it with newcomers of its own."""
    async with opened(tmp_path_factory.mktemp("school")) as one:
        await one.furnish()
        yield one
