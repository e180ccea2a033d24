"""What every test run of this repository shares. Fixtures stand with the tests that use them."""

import os

import pytest

pytest_plugins = ["tests.engines.fixtures"]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Pants runs one file at a time: a file whose tests all need an engine has none left; that is no failure."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and os.environ.get("LMS_NO_TESTS_IS_FINE") == "1":
        session.exitstatus = pytest.ExitCode.OK
