"""The service, opened for a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from services.course.service import SERVICE
from services.course.tests.component.steps import Steps


@pytest.fixture
async def steps(tmp_path: Path) -> AsyncIterator[Steps]:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        yield Steps(service)
        assert await service.dead_letters() == []
