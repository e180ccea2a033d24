"""An account: who somebody is to the platform, and what an address must look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Conflict, Invalid
from lms_core.domain.people import language_tag, tidy_name

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f<>\"(),:;\[\]\\]{1,64}@(?=.{3,253}$)[^@\s.\x00-\x1f]+(\.[^@\s.\x00-\x1f]+)+")


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
    if not _ADDRESS.fullmatch(email):
        raise Invalid.at("#/email", "is not an e-mail address")
    return email


def new_account(*, id: UUID, email: str, display_name: str, locale: str, at: datetime) -> Account:
    """Raises Invalid with a pointer to what is wrong."""
    name, language = tidy_name(display_name), language_tag(locale)
    return Account(id=id, email=normal_email(email), display_name=name, locale=language, created_at=at)
