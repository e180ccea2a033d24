"""Which language a refusal is told in, and what becomes of its facts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from msgspec import DecodeError, Meta, json

from lms_adapters.web.languages import ENGLISH, Language, Languages
from lms_adapters.web.plain import plain
from lms_adapters.web.problems import document, fault, headers_of
from lms_core.domain.errors import Forbidden, Invalid, TooLarge, Unavailable

LANGUAGES = Languages()
GERMAN = LANGUAGES.known["de"]


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de-Latn-CH, en;q=0.9", "de"),
        ("en, de", "en"),
        ("en;q=0.5, de;q=0.7", "de"),
        ("en;q=0.5,de;q=0.50", "en"),
        ("fr, de;q=0.3", "de"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("de;q=0.000, fr", "en"),
        ("*", "en"),
        ("fr, *;q=0.5, de;q=0.1", "en"),
        ("de ; q=1.0 , en ; q=0.9", "de"),
        ("de;q=2", "en"),
        ("de;level=1", "en"),
        ("d\u00e9", "en"),
        (";;,,", "en"),
        ("en-" * 1000 + "de", "en"),
    ],
)
def test_the_callers_language_is_chosen(accepted: str | None, tag: str) -> None:
    assert LANGUAGES.chosen(accepted).tag == tag


def test_titles_and_details_are_told_with_their_facts() -> None:
    refusal = TooLarge("at most {most} bytes", most=7)
    english, german = document(refusal, "/x"), document(refusal, "/x", GERMAN)
    assert (english["title"], english["detail"]) == (TooLarge.title(), "at most 7 bytes")
    assert (german["title"], german["detail"]) == (GERMAN.title("too-large", ""), "höchstens 7 Bytes")
    same = {"type", "status", "instance", "most"}
    assert {k: english[k] for k in same} == {k: german[k] for k in same}, "what is meant for programs stays"
    assert str(refusal) == "at most 7 bytes", "and so does what stands in the logs"


def test_faults_keep_their_places_and_facts() -> None:
    refusal = Invalid.at("#/limit", "must be {least} to {most}", least=1, most=9)
    [told] = document(refusal, "/x", GERMAN)["errors"]
    assert told == {"pointer": "#/limit", "detail": "muss 1 bis 9 sein", "least": 1, "most": 9}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Expected `str | null`, got `int`", ["must be of the type string | null, not integer", {"wanted", "got"}]),
        ("Expected `str` of length >= 1", ["must not be empty", set()]),
        ("Expected `str` of length <= 3", ["must have at most 3 characters", {"most"}]),
        ("Expected `array` of length <= 3", ["must have at most 3 entries", {"most"}]),
        ("Expected `int` >= 1", ["must be at least 1", {"least"}]),
        ("Expected `str` matching regex '^[A-Z]{3}$'", ["must have the form '^[A-Z]{3}$'", {"form"}]),
        ("Object contains unknown field `a {detail} b`", ["is not known here", set()]),
        ("Object missing required field `a`", ["is required", set()]),
        ("Invalid enum value '{most}'", ["'{most}' is none of the possible values", {"value"}]),
        ("Invalid UUID", ["must be a UUID", set()]),
        ("JSON is malformed: invalid character (byte 0)", ["is not JSON: invalid character (byte 0)", {"why"}]),
    ],
)
def test_what_libraries_say_is_told_in_plain_words(said: str, told: list[Any]) -> None:
    refusal = Invalid(errors=(fault("title", said),))
    [german] = document(refusal, "/x", GERMAN)["errors"]
    [english] = document(refusal, "/x")["errors"]
    assert [english["detail"], english.keys() - {"pointer", "detail"}] == told
    assert german["detail"] != english["detail"]
    assert {**german, "detail": ""} == {**english, "detail": ""}


def test_every_way_to_be_wrong_has_plain_words() -> None:
    """msgspec's words would show if it changed them."""
    wrong: list[tuple[Any, str]] = [
        (str, "1"),
        (Annotated[str, Meta(min_length=1)], '""'),
        (Annotated[str, Meta(min_length=2)], '""'),
        (Annotated[str, Meta(max_length=1)], '"ab"'),
        (Annotated[str, Meta(pattern="^a$")], '"b"'),
        (Annotated[list[int], Meta(min_length=1)], "[]"),
        (Annotated[list[int], Meta(min_length=2)], "[]"),
        (Annotated[list[int], Meta(max_length=1)], "[1, 2]"),
        (Annotated[int, Meta(ge=1)], "0"),
        (Annotated[int, Meta(le=1)], "2"),
        (int, "1e400"),
        (int, "1.5"),
        (Literal["a"], '"b"'),
        (dict[str, int], "[]"),
        (UUID, '"x"'),
        (datetime, '"x"'),
        (Annotated[datetime, Meta(tz=True)], '"2026-03-02T09:00:00"'),
        (str, '"a'),
        (str, "x"),
    ]
    for kind, raw in wrong:
        with pytest.raises(DecodeError) as refused:
            json.decode(raw, type=kind)
        sentence, _ = plain(str(refused.value))
        assert sentence != str(refused.value), (kind, raw)


def test_what_a_language_has_no_words_for() -> None:
    refusal: Any = Unavailable("the message broker cannot be reached")
    assert "detail" not in document(refusal, "/x", GERMAN), "rather none than one in English"
    assert document(refusal, "/x", GERMAN)["title"].startswith("Das lässt sich im Moment nicht beantworten")
    [told] = document(Invalid.at("#/a", "is odd"), "/x", GERMAN)["errors"]
    assert told["detail"] == "is odd", "a fault is told in English rather than not at all"


def test_an_answer_says_its_language_and_what_it_depends_on() -> None:
    for language in (ENGLISH, GERMAN):
        headers = headers_of(Forbidden(), language)
        assert (headers["content-language"], headers["vary"]) == (language.tag, "Accept-Language")


def test_catalogues_are_laid_over_each_other() -> None:
    language = Language("x", {"titles": {"a": "1", "b": "1"}}, {"titles": {"b": "2"}, "sentences": {"s {n}": "S {n}"}})
    assert (language.title("a", ""), language.title("b", ""), language.title("c", "C")) == ("1", "2", "C")
    assert language.sentence("s {n}", {"n": 3}) == "S 3"
