"""Refusals in the caller's language, by Accept-Language (RFC 9110, section 12.5.4).

English stands in the code. Another language is a catalogue, `locales/<tag>.toml`, of the kernel and of each service:

    [titles]      a refusal's code and its title: "course/full" = "Der Kurs hat keinen freien Platz"
    [sentences]   an English detail as the code has it, with its facts in braces: "at most {most} bytes" = "höchstens …"

Only refusals are looked up, when they are written: what succeeds costs nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from lms_core.domain.errors import fill

_WEIGHT = r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?"
_RANGE = re.compile(rf"\s*([a-z]{{1,8}}(?:-[a-z0-9]{{1,8}})*|\*)\s*(?:;\s*q\s*=\s*({_WEIGHT})\s*)?", re.IGNORECASE)
_LONGEST = 500
"""Of the header: what stands beyond is not read."""

Catalogue = Mapping[str, Mapping[str, str]]


class Language:
    """How refusals are told in one language."""

    def __init__(self, tag: str, *catalogues: Catalogue) -> None:
        self.tag = tag
        self._titles: dict[str, str] = {}
        self._sentences: dict[str, str] = {}
        for catalogue in catalogues:
            self._titles |= catalogue.get("titles", {})
            self._sentences |= catalogue.get("sentences", {})

    def title(self, code: str, english: str) -> str:
        """Of a refusal."""
        return self._titles.get(code, english)

    def sentence(self, english: str, facts: Mapping[str, Any]) -> str | None:
        """A detail with its facts; None when this language has no word for it."""
        said = self._sentences.get(english)
        return None if said is None else fill(said, facts)

    def fault(self, fault: Mapping[str, Any]) -> dict[str, Any]:
        """One of several faults: in English rather than not at all."""
        english = fault["detail"]
        facts = {name: fact for name, fact in fault.items() if name not in ("pointer", "detail")}
        return {**fault, "detail": self.sentence(english, facts) or fill(english, facts)}


class _English(Language):
    def sentence(self, english: str, facts: Mapping[str, Any]) -> str | None:
        return fill(english, facts)


ENGLISH = _English("en")


class Languages:
    """Those that a service's refusals can be told in."""

    def __init__(self, package: str = "") -> None:
        """`package`: of the service, `services.course`; its catalogues stand in `adapters/http/locales`."""
        places = [(__package__, "locales"), (package, "adapters/http/locales")]
        found: dict[str, list[Catalogue]] = {}
        for place in places if package else places[:1]:
            for tag, catalogue in catalogues(*place).items():
                found.setdefault(tag, []).append(catalogue)
        self.known = {ENGLISH.tag: ENGLISH} | {tag: Language(tag, *some) for tag, some in sorted(found.items())}

    def chosen(self, accepted: str | None) -> Language:
        """The first of the caller's languages that there is, by the lookup of RFC 4647, section 3.4; else English."""
        for wanted in _ranges(accepted[:_LONGEST]) if accepted else ():
            tag = wanted
            while tag:
                if tag in self.known:
                    return self.known[tag]
                tag = tag.rpartition("-")[0]
        return ENGLISH


@lru_cache(maxsize=256)
def _ranges(accepted: str) -> tuple[str, ...]:
    """The languages of the header, the most wanted first; `*` and everything after it leave the choice to us."""
    found = []
    for position, part in enumerate(accepted.split(",")):
        match = _RANGE.fullmatch(part)
        if match is not None and (weight := float(match[2] or 1)) > 0:
            found.append((-weight, position, match[1].lower()))
    tags = [tag for _, _, tag in sorted(found)]
    return tuple(tags[: tags.index("*")] if "*" in tags else tags)


@cache
def catalogues(package: str, path: str) -> dict[str, Catalogue]:
    """Those in a folder of a package, by language."""
    folder = resources.files(package) / path
    if not folder.is_dir():
        return {}
    files = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return {file.name.removesuffix(".toml").lower(): tomllib.loads(file.read_text("utf-8")) for file in files}
