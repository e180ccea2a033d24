"""What every test run of this repository shares. Fixtures stand with the tests that use them."""

import os

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


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Pants runs one file at a time: a file whose tests all need an engine has none left; that is no failure."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and os.environ.get("LMS_NO_TESTS_IS_FINE") == "1":
        session.exitstatus = pytest.ExitCode.OK
