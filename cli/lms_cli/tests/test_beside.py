"""The command line beside a running platform."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from lms_cli.tests.conftest import Line
from tests.platforms import RunningPlatform, running


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    with running(tmp_path_factory.mktemp("platform"), {}) as platform:
        yield platform


@pytest.fixture
def lms(platform: RunningPlatform) -> Line:
    return Line(platform.data)


def login(platform: RunningPlatform, email: str, password: str) -> dict[str, Any]:
    body = json.dumps({"email": email, "password": password}).encode()
    request = urllib.request.Request(
        f"{platform.url}/api/v1/auth/login", body, {"content-type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)  # type: ignore[no-any-return]


def choose(url: str, token: str, password: str) -> None:
    body = json.dumps({"token": token, "password": password}).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method="POST"), timeout=20) as answer:
        assert answer.status == 204


def test_an_administrator_is_invited_and_chooses_a_password(lms: Line, platform: RunningPlatform) -> None:
    said = lms("admin", "create", "head@example.org").output
    assert said.startswith("head@example.org is an administrator.\n")
    assert '/api/v1/auth/credentials --json \'{"token":' in said.splitlines()[-1]
    [again] = lms.rows("admin", "create", "head@example.org")
    assert again["token"] not in said
    choose(f"{platform.url}/api/v1/auth/credentials", again["token"], "a long and good password")
    assert login(platform, "head@example.org", "a long and good password")["access_token"]
    assert again["token"] not in platform.log("gateway")
    taken = lms("admin", "create", "head@example.org")
    assert (taken.exit_code, taken.output) == (1, "Error: This address has an account already\n")
    types = {row["type"] for row in lms.rows("events", "log", "-s", "auth")}
    assert types == {"lms.auth.UserCreated.v1", "lms.auth.RoleAssigned.v1"}


def test_a_given_password_is_not_printed(lms: Line, platform: RunningPlatform) -> None:
    result = lms("admin", "create", "deputy@example.org", "--password-stdin", input="a long and good password\n")
    assert result.output == "deputy@example.org is an administrator.\n"
    assert login(platform, "deputy@example.org", "a long and good password")["access_token"]


def test_it_looks_after_the_running_platform(lms: Line) -> None:
    assert lms("check").exit_code == 0
    assert len(lms.rows("events", "backlog")) == 7
    assert {row["state"] for row in lms.rows("db", "status")} == {"up to date"}
    assert json.loads(lms("openapi").stdout)["openapi"].startswith("3.1")


@pytest.mark.parametrize("name", ["course.prices", "progress.course-progress", "notification.recipients"])
def test_it_compares_projections_while_the_platform_runs(lms: Line, name: str) -> None:
    result = lms("events", "replay", name, "--verify")
    assert (result.exit_code, result.output) == (0, f"{name}: no difference\n")


def test_what_wants_the_folder_for_itself_is_refused(lms: Line) -> None:
    for words in (("db", "upgrade"), ("db", "downgrade", "-s", "user", "base", "--yes")):
        result = lms(*words)
        assert result.exit_code == 1
        assert "is in use by process" in result.output


def test_a_refusal_comes_through_the_socket_as_one_line(lms: Line) -> None:
    assert lms("events", "skip", "user", "12345").output == "Error: user has no dead letter 12345\n"
    assert lms("admin", "create", "nonsense").output == "Error: #/email is not an e-mail address\n"


def test_the_demo_touches_no_folder_but_the_platforms(empty: Line, platform: RunningPlatform) -> None:
    refused = empty("demo", "--url", platform.url)
    assert refused.exit_code == 1
    assert refused.output.splitlines()[-1].startswith(f"Error: nothing runs on the folder {empty.data}: ")
    assert not empty.data.exists()
