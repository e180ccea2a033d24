"""Languages, money, and what may stand on one line."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lms_core.testing.fakes import fake_id
from services.notification.domain.delivery import Mail, NotOneLine
from services.notification.domain.templates import fallbacks, money, one_line, salutation


@pytest.mark.parametrize(
    ("locale", "tried"),
    [
        ("pt-BR", ("pt-br", "pt", "en")),
        ("de_AT", ("de-at", "de", "en")),
        ("zh-Hant-TW", ("zh-hant-tw", "zh-hant", "zh", "en")),
        ("en", ("en",)),
    ],
)
def test_languages_to_try(locale: str, tried: tuple[str, ...]) -> None:
    assert fallbacks(locale) == tried


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (123450, "EUR", "en", "1,234.50 EUR"),
        (123450, "EUR", "de", "1.234,50 EUR"),
        (123450, "EUR", "de-AT", "1.234,50 EUR"),
        (1500, "JPY", "en", "1,500 JPY"),
        (1500, "KWD", "en", "1.500 KWD"),
        (5, "USD", "en", "0.05 USD"),
        (-199, "USD", "fr", "-1.99 USD"),
        (0, "EUR", "en", "0.00 EUR"),
    ],
)
def test_money_is_written_by_the_exponent_of_its_currency(
    amount: int, currency: str, locale: str, written: str
) -> None:
    assert money(amount, currency, locale) == written


@given(st.text())
def test_one_line_is_one_line_and_stays_so(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\r\n\0\x1b\u2028\u202e")
    assert one_line(line) == line
    line.encode()


@pytest.mark.parametrize(
    ("name", "addressed"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("J. R. R. Tolkien", "J. R. R. Tolkien"),
        ("Seán O'Brien-Ní", "Seán O'Brien-Ní"),
        ("win at https://evil.example/now", "win at https evil. example now"),
        ("eve@evil.example", "eve evil. example"),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_name_is_no_link(name: str, addressed: str) -> None:
    assert salutation(name) == addressed


@given(st.text().filter(lambda text: one_line(text) != text), st.sampled_from(["to", "subject", "name", "value"]))
def test_no_header_of_a_mail_can_become_two(text: str, where: str) -> None:
    fields = {"to": "ada@example.org", "subject": "Hello", "name": "X-Trace-Id", "value": "ab"} | {where: text}
    with pytest.raises(NotOneLine):
        Mail(
            idempotency_key=str(fake_id(1)),
            to=fields["to"],
            subject=fields["subject"],
            text="",
            html="",
            headers={fields["name"]: fields["value"]},
        )
