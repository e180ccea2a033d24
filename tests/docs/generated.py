"""What the documents take from the code, each between `<!-- generated: NAME -->` and `<!-- end -->`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click

from lms_adapters.platform.documents.fields import words
from lms_adapters.platform.service import Service
from lms_adapters.platform.settings import SECRET, Settings
from lms_cli.main import lms
from lms_cli.platform import services
from lms_core.domain.events import Event, personal_fields

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


# types


PLAIN = {"str": "text", "int": "integer", "bool": "true or false", "datetime": "time", "float": "number"}


def named(hint: Any) -> str:
    """A type as a reader of JSON needs it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return named(args[0])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in args)
    if origin in (Union, UnionType):
        return " or ".join("null" if a is NoneType else named(a) for a in args)
    if origin is tuple:
        return f"list of {named(args[0])}"
    name: str = hint.__name__
    return PLAIN.get(name, name)


def first_line(kind: Any) -> str:
    """Of its docstring."""
    return (kind.__doc__ or "").strip().splitlines()[0]


def table(*rows: tuple[str, ...]) -> str:
    """The first row is the head."""
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


# settings


def settings() -> str:
    """Every setting: those that all services have, then each service's own."""
    parts = ["## Every service", _settings(Settings, set(), "LMS")]
    for service in services():
        own = set(service.settings.__struct_fields__) - set(Settings.__struct_fields__)
        if own:
            parts += [
                f"## {service.name}",
                _settings(service.settings, set(Settings.__struct_fields__), _upper(service)),
            ]
    return "\n\n".join(parts)


def _upper(service: Service) -> str:
    return f"LMS_{service.name}".upper()


def _settings(kind: type[Settings], without: set[str], prefix: str) -> str:
    hints, said = get_type_hints(kind, include_extras=True), words(kind)
    defaults = {name: getattr(kind(), name) for name in kind.__struct_fields__}
    rows = [("setting", "default", "what it is")]
    for name in kind.__struct_fields__:
        if name in without:
            continue
        default = str(defaults[name]).lower() if isinstance(defaults[name], bool) else str(defaults[name])
        secret = " *Secret.*" if SECRET in getattr(hints[name], "__metadata__", ()) else ""
        choices = f" {named(hints[name])}." if get_origin(hints[name]) is Literal else ""
        shown = f"`{default}`" if default else "empty"
        rows.append((f"`{prefix}_{name.upper()}`", shown, f"{said.get(name, '')}{choices}{secret}".strip()))
    return table(*rows)


# events


def events() -> str:
    """Every event, its fields, who publishes it and who takes it."""
    every = services()
    everything = [f"`{s.name}`" for one in every for s in one.subscriptions if s.everything]
    parts = [f"Every event is also taken by {', '.join(everything)}, which takes all there are."]
    for publisher in every:
        if publisher.publishes:
            parts.append(f"## {publisher.name}")
            parts += [_event(event, every) for event in publisher.publishes]
    return "\n\n".join(parts)


def _event(event: type[Event], every: list[Service]) -> str:
    hints, said, personal = get_type_hints(event, include_extras=True), words(event), personal_fields(event)
    takers = [
        f"`{s.name}` ({'projection' if s.replayable else 'reaction'})"
        for one in every
        for s in one.subscriptions
        if event in s.events
    ]
    about = f"{first_line(event)} Key: `{event.key_field}`. Taken by {', '.join(takers) or 'nobody else'}."
    rows = [("field", "type", "")]
    for name in event.__struct_fields__:
        mark = "**personal**" if name in personal else ""
        rows.append((f"`{name}`", named(hints[name]), " ".join(filter(None, (mark, said.get(name, ""))))))
    return f"### `{event.type}`\n{about}\n\n{table(*rows)}"


# the command line


def commands(group: click.Group = lms, path: str = "lms") -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def cli() -> str:
    """Every command, one line each."""
    rows = [("command", "what it does")]
    for name, command in commands():
        rows.append((f"`{' '.join([name, *_parameters(command)])}`", (command.help or "").strip().splitlines()[0]))
    return table(*rows)


def _parameters(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            yield parameter.name.upper() + ("…" if parameter.nargs == -1 else "") if parameter.name else ""
        elif isinstance(parameter, click.Option):
            flag = max(parameter.opts, key=len)
            value = "" if parameter.is_flag else f" {_value(parameter)}"
            yield f"{flag}{value}" if parameter.required else f"[{flag}{value}]"


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return "|".join(str(choice) for choice in option.type.choices)
    return (option.name or "").upper()


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("configuration.md", "settings"): settings,
    ("catalogue-events.md", "events"): events,
    ("cli.md", "commands"): cli,
}


def filled(document: str, text: str) -> str:
    """The document with its generated parts as they are now. Raises LookupError when a mark is missing."""
    for (where, name), write in PARTS.items():
        if where == document:
            marks = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
            if not marks.search(text):
                raise LookupError(f"{document} has no mark for {name}")
            part = write()
            text = marks.sub(lambda found, part=part: f"{found[1]}\n{part}\n\n{found[2]}", text)  # type: ignore[misc]
    return text
