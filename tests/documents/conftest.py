"""The documents of the whole platform."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.platform.compose import VERSION
from lms_adapters.platform.documents.asyncapi import merged
from lms_adapters.platform.settings import Source
from lms_cli.control import operate
from lms_cli.platform import services


@pytest.fixture(scope="session")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As `lms openapi` writes it."""
    folder: Path = tmp_path_factory.mktemp("documents")

    async def work() -> dict[str, Any]:
        source = Source({"LMS_DATA": str(folder), "LMS_LOG_LEVEL": "error"}, folder / "lms.toml")
        [row] = [row async for row in operate("openapi", (), source, at=("gateway",))]
        document: dict[str, Any] = row["document"]
        return document

    return asyncio.run(work())


@pytest.fixture(scope="session")
def asyncapi() -> dict[str, Any]:
    """As `lms asyncapi` writes it."""
    return merged(services(), VERSION)
