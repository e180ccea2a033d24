"""Settings, plugins, checks and documents."""

from __future__ import annotations

import json
import sqlite3
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from click.testing import CliRunner

from lms_adapters.platform import registry
from lms_cli.main import lms
from lms_cli.platform import BUILT_IN, services
from lms_cli.tests.conftest import Line


def test_config_tells_where_each_value_comes_from(empty: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LMS_ISSUER", "everybody's")
    monkeypatch.setenv("LMS_AUTH_ISSUER", "auth's")
    (tmp_path / "lms.toml").write_text('[user]\nlog_level = "debug"\n')
    values = {(row["service"], row["setting"]): (row["value"], row["from"]) for row in empty.rows("config")}
    assert values["auth", "issuer"] == ("auth's", "LMS_AUTH_ISSUER")
    assert values["user", "issuer"] == ("everybody's", "LMS_ISSUER")
    assert values["user", "log_level"] == ("debug", "lms.toml [user]")
    assert values["course", "data"] == (str(empty.data), "command line")
    assert values["course", "database_url"] == (f"sqlite:///{empty.data}/course.db", "default")


def test_config_masks_secrets(empty: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_DATABASE_URL", "postgresql://lms:hunter2@db/lms_{service}")
    monkeypatch.setenv("LMS_AUTH_MASTER_KEY", "hunter2")
    for words in (("config",), ("config", "--json")):
        said = empty(*words).output
        assert "hunter2" not in said
        assert "********" in said


def test_config_of_one_service(empty: Line) -> None:
    assert {row["service"] for row in empty.rows("config", "--service", "billing")} == {"billing"}


def test_a_wrong_value_is_one_line(empty: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_CONNECTIONS", "many")
    result = empty("config")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "connections (LMS_CONNECTIONS)" in result.output


def test_an_unreadable_file_is_one_line(empty: Line, tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text("[lms\n")
    result = empty("config")
    assert (result.exit_code, result.output[:16]) == (1, "Error: lms.toml:")


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(lms, ["--config", str(tmp_path / "typo.toml"), "config"])
    assert (result.exit_code, "typo.toml' does not exist" in result.output) == (2, True)


def test_plugins(empty: Line) -> None:
    rows = empty.rows("plugins", "list")
    assert [row["service"] for row in rows] == list(BUILT_IN)
    assert {(row["source"], row["state"]) for row in rows} == {("built-in", "ok")}


def test_a_broken_plugin_is_named_and_left_out(empty: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    strangers = EntryPoints(
        EntryPoint(name, value, registry.SERVICES_GROUP)
        for name, value in (
            ("gone", "nowhere.at.all:SERVICE"),
            ("text", "lms_adapters.platform.registry:SERVICES_GROUP"),
            ("twin", "services.auth.service:SERVICE"),
        )
    )
    monkeypatch.setattr(registry, "entry_points", lambda **_: strangers)
    states = {row["service"]: row["state"] for row in empty.rows("plugins", "list")}
    assert states["gone"] == "left out: ModuleNotFoundError: No module named 'nowhere'"
    assert states["text"].startswith("left out: TypeError: ")
    assert states["twin"] == "left out: ValueError: the name auth is taken"
    assert [service.name for service in services()] == list(BUILT_IN)


def test_check_is_content_with_a_sound_installation(lms: Line) -> None:
    rows = lms.rows("check")
    assert {row["ok"] for row in rows} == {True}
    assert {"auth: schema", "course: dead letters", "gateway: ready", "bus"} <= {row["what"] for row in rows}


def test_check_exits_1_and_says_what_is_wrong(lms: Line) -> None:
    with sqlite3.connect(lms.data / "user.db") as database:
        database.execute("ALTER TABLE profile ADD COLUMN shoe_size INTEGER")
    result = lms("check")
    assert result.exit_code == 1
    assert "shoe_size" in result.output
    assert "One thing is wrong" in result.output


def test_openapi(lms: Line) -> None:
    document = json.loads(lms("openapi").stdout)
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/courses/{course_id}/enrollments" in document["paths"]


def test_asyncapi_into_a_file(empty: Line, tmp_path: Path) -> None:
    assert empty("asyncapi", "-o", "events.json").exit_code == 0
    document = json.loads((tmp_path / "events.json").read_text())
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["lms-course"]["address"] == "lms.course"
