"""Every service opens, and its container makes every use case and every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from tests.architecture.house import SERVICES, manifest, steps, use_cases


@pytest.mark.parametrize("service", SERVICES)
async def test_every_use_case_can_be_had(service: str, tmp_path: Path) -> None:
    async with ServiceUnderTest(manifest(service), tmp_path) as under_test:
        for use_case in (*use_cases(service), *steps(service)):
            async with under_test.running.container() as scope:
                assert isinstance(await scope.get(use_case), use_case)
        assert (await under_test.client().get("/health/ready")).status_code == 200
