"""Every link of the documents leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.generated import DOCS, ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("services/*/README.md")])
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def links(document: Path) -> list[str]:
    return _LINK.findall(_CODE.sub("", document.read_text()))


def anchors(document: Path) -> set[str]:
    """As the usual renderers make them of headings."""
    headings = re.findall(r"^#+ (.+)$", _CODE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(document: Path) -> None:
    broken = []
    for link in links(document):
        if re.match(r"[a-z]+:", link):
            continue
        where, _, anchor = link.partition("#")
        target = (document.parent / where).resolve() if where else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_document_is_in_the_index() -> None:
    listed = {(DOCS / link).resolve() for link in links(DOCS / "index.md")}
    assert set(DOCUMENTS) - listed - {DOCS / "index.md"} == set()


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (DOCS / "adr").glob("*.md"))
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
    listed = re.findall(r"^(\d+)\. \[[^\]]+\]\(adr/(.+)\)$", (DOCS / "index.md").read_text(), re.MULTILINE)
    assert [(f"{int(n):04}", name) for n, name in listed] == [(name[:4], name) for name in names]
    for name in names:
        assert (DOCS / "adr" / name).read_text().startswith(f"# {int(name[:4])}. "), name


@pytest.mark.parametrize("part", ["Context", "Decision", "Alternatives", "Consequences"])
def test_a_decision_has_its_parts(part: str) -> None:
    for path in (DOCS / "adr").glob("*.md"):
        assert f"\n## {part}\n" in path.read_text(), path.name
