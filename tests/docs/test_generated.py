"""What the documents take from the code is what the code says now. `python -m tests.docs` writes it."""

from __future__ import annotations

import pytest

from lms_cli.platform import services
from lms_core.domain.events import personal_fields
from tests.docs.generated import DOCS, PARTS, commands, filled


@pytest.mark.parametrize("document", sorted({document for document, _ in PARTS}))
def test_it_is_fresh(document: str) -> None:
    text = (DOCS / document).read_text()
    assert filled(document, text) == text, "run `python -m tests.docs`"


def test_every_setting_is_there() -> None:
    text = (DOCS / "configuration.md").read_text()
    for service in services():
        for name in service.settings.__struct_fields__:
            assert f"`LMS_{name.upper()}`" in text or f"`LMS_{service.name.upper()}_{name.upper()}`" in text


def test_every_event_and_every_field_is_there() -> None:
    sections = (DOCS / "catalogue-events.md").read_text().split("\n### ")
    for event in (event for service in services() for event in service.publishes):
        [section] = [s for s in sections if s.startswith(f"`{event.type}`")]
        assert [name for name in event.__struct_fields__ if f"| `{name}` |" not in section] == []
        assert section.count("**personal**") == len(personal_fields(event))


def test_every_command_is_there() -> None:
    text = (DOCS / "cli.md").read_text()
    assert [name for name, _ in commands() if f"| `{name}" not in text] == []


def test_a_missing_mark_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"cli\.md has no mark for commands"):
        filled("cli.md", "# The command line\n")
