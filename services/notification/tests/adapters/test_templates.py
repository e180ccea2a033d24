"""Every kind in every language, and nothing that is filled in gets out of its place."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.notification.adapters.jinja.templates import FOLDER, JinjaTemplates
from services.notification.domain.messages import KINDS, Facts, Kind

URL = "https://learn.example.org"
FACTS: Facts = {
    "course": "Sailing",
    "amount": 123450,
    "currency": "EUR",
    "number": "2026-000001",
    "reason": "payment-declined",
    "percent": 52,
    "completed": 11,
    "required": 21,
}
LANGUAGES = ("de", "en")
templates = JinjaTemplates(URL)


class _Check(HTMLParser):
    """Every tag that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_every_language(kind: Kind, locale: str) -> None:
    words = templates.render(kind, locale, name="Ada", facts=FACTS)
    assert words.locale == locale
    assert words.version >= 1
    assert 5 < len(words.subject) < 90
    assert len(words.notice) > 20
    assert "Ada" in words.text
    assert URL in words.text
    for written in (words.subject, words.notice, words.text, words.html):
        assert "{" not in written
        assert "None" not in written
    check = _Check()
    check.feed(words.html)
    assert not check.open
    assert f'<html lang="{locale}">' in words.html


def test_all_kinds_have_the_same_languages_and_no_file_is_left_over() -> None:
    assert {templates.languages(kind) for kind in KINDS} == {LANGUAGES}
    assert {entry.name for entry in FOLDER.iterdir()} == {*KINDS, "layout.html"}


@pytest.mark.parametrize(
    ("locale", "found"), [("pt-BR", "en"), ("de-AT", "de"), ("DE", "de"), ("en_GB", "en"), ("", "en")]
)
def test_the_nearest_language_is_found(locale: str, found: str) -> None:
    assert templates.render("welcome", locale, name="Ada", facts={}).locale == found


@pytest.mark.parametrize(
    ("reason", "english"),
    [
        ("payment-declined", "declined"),
        ("payment-no-method", "no way for you to pay"),
        ("payment-provider-unreachable", "could not be reached"),
        ("payment-price-unknown", "nothing was charged"),
        ("something-else", "did not succeed"),
    ],
)
def test_a_reason_is_put_into_words(reason: str, english: str) -> None:
    assert english in templates.render("suspended", "en", name="Ada", facts=FACTS | {"reason": reason}).text
    assert reason not in templates.render("suspended", "de", name="Ada", facts=FACTS | {"reason": reason}).html


def test_what_is_filled_in_stays_in_its_place() -> None:
    evil = "Ada\r\nBcc: all@example.org\n\n<script>alert(1)</script> {{ 7 * 7 }} \u202etxet"
    words = templates.render("enrolled", "en", name=evil, facts=FACTS | {"course": evil})
    assert len(words.subject.splitlines()) == 1
    assert "\u202e" not in words.subject
    assert "<script" not in words.html
    assert "&lt;script&gt;" in words.html
    assert "49" not in words.text
    assert "\nBcc:" not in words.text
    plain = templates.render("enrolled", "en", name="Ada", facts=FACTS)
    assert words.text.count("\n\n") == plain.text.count("\n\n")


def test_a_fact_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError, match="receipt"):
        templates.render("receipt", "en", name="Ada", facts={})


def test_a_file_that_is_no_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "layout.html").write_text("")
    for kind in KINDS:
        (tmp_path / kind).mkdir()
    (tmp_path / "welcome" / "en.txt").write_text("subject: Hello\n\nHello")
    with pytest.raises(ValueError, match=r"welcome/en\.txt"):
        JinjaTemplates(URL, tmp_path)


def test_a_template_reaches_nothing_but_its_values(tmp_path: Path) -> None:
    from jinja2.exceptions import SecurityError

    (tmp_path / "layout.html").write_text("{{ subject }}")
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        head = "version: 1\nsubject: s\nnotice: n\naction: a\nwhy: w\n\n"
        (tmp_path / kind / "en.txt").write_text(head + "{{ name.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(SecurityError):
        JinjaTemplates(URL, tmp_path).render("welcome", "en", name="Ada", facts={})
