"""What somebody says of themselves, in whichever service they say it: a name and a language."""

from __future__ import annotations

import re

from lms_core.domain.errors import Invalid
from lms_core.domain.text import is_plain, shows

MAX_NAME, MAX_TAG = 100, 35
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def tidy_name(raw: str) -> str:
    """One line without needless spaces. Raises Invalid at #/display_name."""
    name = " ".join(raw.split())
    if len(name) > MAX_NAME or not shows(name) or not is_plain(name):
        raise Invalid.at("#/display_name", "must be 1 to {most} printable characters", most=MAX_NAME)
    return name


def language_tag(raw: str) -> str:
    """The tag, if it has the form of one (BCP 47). Raises Invalid at #/locale."""
    if len(raw) > MAX_TAG or not _LOCALE.fullmatch(raw):
        raise Invalid.at("#/locale", "must be a BCP 47 language tag such as en or pt-BR")
    return raw
