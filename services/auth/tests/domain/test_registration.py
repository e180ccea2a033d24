"""What an account is made from."""

from __future__ import annotations

from email.utils import getaddresses

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid
from lms_core.testing.fakes import MORNING, fake_id
from services.auth.domain.registration import Account, new_account, normal_email


def made(**change: str) -> Account:
    given = {"email": "ada@example.org", "display_name": "Ada Lovelace", "locale": "en"} | change
    return new_account(id=fake_id(1), at=MORNING, **given)


@given(st.emails())
def test_an_address_is_its_own_normal_form_whatever_its_case(address: str) -> None:
    try:
        normal = normal_email(address)
    except Invalid:
        return
    assert normal_email(normal) == normal
    assert normal_email(f"  {address.upper()} ") == normal_email(address.upper())


@given(st.text(max_size=300))
def test_whatever_is_accepted_has_one_at_sign_a_dotted_domain_and_no_spaces(raw: str) -> None:
    try:
        email = normal_email(raw)
    except Invalid:
        return
    local, _, domain = email.rpartition("@")
    assert "@" not in local
    assert 1 <= len(local) <= 64
    assert "." in domain
    assert not any(c.isspace() for c in email)
    assert [address for _, address in getaddresses([email])] == [email]


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "a.b+c@sub.example.co.uk",
        "ADA@Example.ORG",
        "użytkownik@poczta.pl",
        "x_y-z@ä.de",
        "m@xn--e-1.org",
        "क@उदाहरण.भारत",
    ],
)
def test_addresses_that_count(address: str) -> None:
    assert normal_email(address) == address.lower()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@@example.org",
        "a b@example.org",
        "ada@example..org",
        "ada@.org",
        "ada@example.org\nbcc: eve@example.org",
        "<ada@example.org>",
        "a" * 65 + "@example.org",
        "ada@" + "a" * 250 + ".org",
        "ada@" + "a" * 64 + ".org",
        "ada@" + ".".join(["a" * 60] * 5),
        "ada@-example.org",
        "ada@example-.org",
        "ada@ex_ample.org",
        "ada@example.org.",
        "ada@[192.0.2.7]",
        "ada@exa\u2488mple.org",
        "ada@example\uff0ceve.org",
        "ada@exam\x85ple.org",
        "a\u202eda@example.org",
    ],
)
def test_addresses_that_do_not(address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normal_email(address)
    assert refusal.value.facts["errors"] == [{"pointer": "#/email", "detail": "is not an e-mail address"}]


def test_names_are_tidied() -> None:
    assert made(display_name="  Ada \t Lovelace ").display_name == "Ada Lovelace"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"display_name": " "}, "#/display_name"),
        ({"display_name": "x" * 101}, "#/display_name"),
        ({"display_name": "Ada\u202eecalevoL"}, "#/display_name"),
        ({"locale": ""}, "#/locale"),
        ({"locale": "e"}, "#/locale"),
        ({"locale": "en_US"}, "#/locale"),
    ],
)
def test_names_and_locales_that_do_not_count(change: dict[str, str], pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        made(**change)
    assert refusal.value.facts["errors"][0]["pointer"] == pointer  # type: ignore[index]
