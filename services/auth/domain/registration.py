"""An account: who somebody is to the platform, and what an address must look like."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Conflict, Findings, Invalid
from lms_core.domain.people import language_tag, tidy_name

MAX_EMAIL = 254
_LOCAL = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}")
_LETTERS = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
"""Categories of Unicode that a domain's labels are made of, beside the hyphen."""


class AddressTaken(Conflict, code="auth/address-taken"):
    """This address has an account already."""


@dataclass(slots=True, kw_only=True)
class Account:
    """A person who can sign in."""

    id: UUID
    email: str
    """In lower case: addresses that differ in case are one account."""
    display_name: str
    locale: str
    created_at: datetime


def normal_email(raw: str) -> str:
    """The address as accounts are found by. Raises Invalid at #/email."""
    email = raw.strip().lower()
    local, _, domain = email.partition("@")
    if len(email) > MAX_EMAIL or not email.isprintable() or not _LOCAL.fullmatch(local) or not _is_domain(domain):
        raise Invalid.at("#/email", "is not an e-mail address")
    return email


def _is_domain(text: str) -> bool:
    """Two labels or more of letters, digits and hyphens, of any script, in the one form that others read as well."""
    labels = text.split(".")
    return (
        len(labels) > 1
        and len(text) <= 253
        and unicodedata.is_normalized("NFKC", text)
        and all(
            0 < len(label) < 64
            and not label.startswith("-")
            and not label.endswith("-")
            and all(c == "-" or unicodedata.category(c) in _LETTERS for c in label)
            for label in labels
        )
    )


def new_account(*, id: UUID, email: str, display_name: str, locale: str, at: datetime) -> Account:
    """Raises Invalid with a pointer to what is wrong."""
    found = Findings()
    address = found.of(normal_email, email)
    name, language = found.of(tidy_name, display_name), found.of(language_tag, locale)
    found.end()
    return Account(id=id, email=address, display_name=name, locale=language, created_at=at)
