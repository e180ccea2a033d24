"""Names and languages."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid
from lms_core.domain.people import MAX_NAME, language_tag, tidy_name


@given(st.text(max_size=MAX_NAME + 10))
def test_a_tidy_name_is_tidy(raw: str) -> None:
    try:
        name = tidy_name(raw)
    except Invalid:
        return
    assert tidy_name(name) == name
    assert 1 <= len(name) <= MAX_NAME


@pytest.mark.parametrize("tag", ["en", "de", "pt-BR", "zh-Hans-CN"])
def test_tags_of_languages(tag: str) -> None:
    assert language_tag(tag) == tag


@pytest.mark.parametrize("raw", ["", "e", "en_US", "en-", "en\n", "english"])
def test_what_is_no_tag_of_a_language(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        language_tag(raw)
    assert refused.value.facts["errors"] == [
        {"pointer": "#/locale", "detail": "must be a BCP 47 language tag such as en or pt-BR"}
    ]
