"""Jinja templates, sandboxed: `templates/<kind>/<locale>.txt`, a head of named lines and a body of paragraphs.

Both forms of a mail are made from the same paragraphs, so that they cannot say different things. What is filled in is
one line of visible text: it can add no paragraph, no header and no markup.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from jinja2 import StrictUndefined, Template, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from services.notification.domain.messages import KINDS, Facts, Kind
from services.notification.domain.templates import Words, fallbacks, money, one_line, salutation
from services.notification.ports.templates import Templates

FOLDER: Final[Traversable] = resources.files("services.notification") / "templates"
_HEAD = ("version", "subject", "notice", "action", "why")


@dataclass(frozen=True, slots=True)
class _Source:
    """A template in one language."""

    locale: str
    version: int
    parts: dict[str, Template]


class JinjaTemplates(Templates):
    """All templates, compiled when it is made. Raises ValueError naming a file that is not a template."""

    def __init__(self, url: str, folder: Traversable = FOLDER) -> None:
        """`url`: where the mails' link leads."""
        self._url = url
        words = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        markup = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        self._layout = markup.from_string((folder / "layout.html").read_text("utf-8"))
        self._sources = {kind: _languages(words, folder / kind) for kind in KINDS}

    def languages(self, kind: Kind) -> tuple[str, ...]:
        """Those that a kind can be told in."""
        return tuple(sorted(self._sources[kind]))

    def render(self, kind: Kind, locale: str, *, name: str, facts: Facts) -> Words:
        known = self._sources[kind]
        source = next(known[tag] for tag in fallbacks(locale) if tag in known)
        values: dict[str, object] = {"money": functools.partial(money, locale=source.locale)}
        values |= {
            key: one_line(v) if isinstance(v, str) else v for key, v in (facts | {"name": salutation(name)}).items()
        }
        try:
            said = {part: template.render(values) for part, template in source.parts.items()}
        except UndefinedError as error:
            raise KeyError(f"{kind}: {error}") from error
        line = {part: one_line(said[part]) for part in ("subject", "notice", "action", "why")}
        paragraphs = [" ".join(p.split()) for p in said["body"].split("\n\n") if p.strip()]
        text = [*paragraphs, f"{line['action']}: {self._url}", f"-- \n{line['why']}"]
        return Words(
            locale=source.locale,
            version=source.version,
            subject=line["subject"],
            notice=line["notice"],
            url=self._url,
            text="\n\n".join(text) + "\n",
            html=self._layout.render(lang=source.locale, url=self._url, paragraphs=paragraphs, **line),
        )


def _languages(environment: SandboxedEnvironment, folder: Traversable) -> dict[str, _Source]:
    files = (f for f in folder.iterdir() if f.name.endswith(".txt"))
    sources = (_read(environment, file) for file in files)
    return {source.locale: source for source in sources}


def _read(environment: SandboxedEnvironment, file: Traversable) -> _Source:
    head, _, body = file.read_text("utf-8").partition("\n\n")
    lines = dict(line.split(": ", 1) for line in head.splitlines())
    if tuple(lines) != _HEAD or not body.strip():
        raise ValueError(f"{file}: a template begins with {', '.join(_HEAD)}, an empty line, and its text")
    parts = {part: environment.from_string(lines[part]) for part in _HEAD[1:]}
    locale = file.name.removesuffix(".txt").lower()
    return _Source(locale, int(lines["version"]), parts | {"body": environment.from_string(body)})
