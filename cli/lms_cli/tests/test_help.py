"""Every command says what it does."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from lms_cli.main import lms


def every(command: click.Command = lms, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from every(one, (*path, name))


@pytest.mark.parametrize("path", list(every()), ids=" ".join)
def test_help_says_more_than_the_name(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(lms, [*path, "--help"])
    assert result.exit_code == 0
    said = result.output.split("\n\n")[1].strip()
    assert len(said.split()) >= 3
    assert said.lower() not in (" ".join(path), path[-1] if path else "lms")


@pytest.mark.parametrize("path", list(every()), ids=" ".join)
def test_every_option_says_what_it_is_for(path: tuple[str, ...]) -> None:
    command: click.Command = lms
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [o.name for o in options if not o.help] == []


def test_the_version() -> None:
    assert "0.1.0" in CliRunner().invoke(lms, ["--version"]).output


def test_short_help_fits_its_line() -> None:
    commands = CliRunner().invoke(lms, ["--help"], terminal_width=100).output.partition("Commands:")[2]
    assert "..." not in commands


def test_an_unknown_command_is_refused() -> None:
    assert CliRunner().invoke(lms, ["fly"]).exit_code == 2
