"""`lms check` says what is wrong as operators need it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_cli.operations import OPERATIONS
from lms_core.domain.errors import Unavailable
from services.user.service import SERVICE as USER


async def away(*_: Any) -> None:
    """Whatever is asked of it."""
    raise Unavailable("the message broker cannot be reached", note="nats://10.0.0.7") from OSError("refused")


async def test_what_is_away_is_told_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ServiceUnderTest(USER, tmp_path) as service:
        monkeypatch.setattr(service.platform.bus, "ready", away)
        rows = {row["what"]: row async for row in OPERATIONS["check"](service.platform)}
    for what in ("user: ready", "bus"):
        assert rows[what]["ok"] is False
        assert rows[what]["detail"].endswith("cannot be reached: nats://10.0.0.7 ← OSError: refused")
