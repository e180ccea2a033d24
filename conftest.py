"""What every test run of this repository shares. Fixtures stand with the tests that use them."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the same examples in every run; how long one takes is the machine's business, and a contract suite has many subclasses
settings.register_profile(
    "lms",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.load_profile("lms")

pytest_plugins = ["tests.engines.fixtures"]

MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # noqa: S108  whoever may write there may write to /tmp as well


def pytest_configure() -> None:
    """Folders of tests are in memory where there is room: a killed process loses nothing there either."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Pants runs one file at a time: a file whose tests all need an engine has none left; that is no failure."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and os.environ.get("LMS_NO_TESTS_IS_FINE") == "1":
        session.exitstatus = pytest.ExitCode.OK
