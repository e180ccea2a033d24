"""Words: which language is spoken to somebody, how money is written, and what may stand on one line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lms_core.domain.money import written

FALLBACK = "en"
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_OF_LINKS = re.compile(r"[/\\:@]+")
_INNER_DOT = re.compile(r"(?<=\w)\.(?=\w)")
_LONGEST_NAME = 60
_SEPARATORS = {"en": (",", "."), "de": (".", ",")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message as a person reads it."""

    locale: str
    """The language that was found, BCP 47."""
    version: int
    """Of the template."""
    subject: str
    """One line."""
    notice: str
    """One line or a few: for the inbox in the application."""
    url: str
    """Where it leads."""
    text: str
    """The mail as plain text."""
    html: str
    """The mail as HTML."""


def fallbacks(locale: str) -> tuple[str, ...]:
    """Languages to try, best first (RFC 4647, lookup): `pt-BR` gives pt-br, pt, en."""
    parts = locale.replace("_", "-").lower().split("-")
    tried = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys([*tried, FALLBACK]))


def one_line(text: str) -> str:
    """Without line breaks, control characters and turns of direction: fit for a header, and for a sentence."""
    return " ".join(_UNFIT.sub(" ", text).split())


def salutation(name: str) -> str:
    """How somebody is addressed: their name, which no mail program makes a link of.

    A stranger may have chosen it and registered with somebody else's address.
    """
    apart = _INNER_DOT.sub(". ", _OF_LINKS.sub(" ", name))
    return one_line(apart)[:_LONGEST_NAME].strip()


def money(amount: int, currency: str, locale: str) -> str:
    """Minor units as people of a language write them: `1,234.50 EUR`, `1.234,50 EUR`."""
    thousands, point = _SEPARATORS.get(locale.lower()[:2], _SEPARATORS[FALLBACK])
    return written(amount, currency, thousands=thousands, point=point)
