"""What msgspec and Litestar say of input, in words for whoever filled in the form, with its facts apart."""

from __future__ import annotations

import re
from typing import Any

_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "datetime": "string",
    "uuid": "string",
}
"""Types as JSON Schema calls them."""
_NUMBERS = frozenset({"least", "most"})
_TYPED = frozenset({"wanted", "got"})


class _Plain:
    """How a library says it, with what it names in braces, and how we do."""

    def __init__(self, library: str, sentence: str) -> None:
        slots = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(library))
        self.pattern = re.compile(slots, re.DOTALL)
        self.sentence = sentence


_KNOWN = (
    _Plain("Object missing required field `{field}`", "is required"),
    _Plain("Missing required query parameter {name} for path {path}", "is required"),
    _Plain("Object contains unknown field `{field}`", "is not known here"),
    _Plain("Expected `str` of length >= 1", "must not be empty"),
    _Plain("Expected `array` of length >= 1", "must not be empty"),
    _Plain("Expected `str` of length >= {least}", "must have at least {least} characters"),
    _Plain("Expected `str` of length <= {most}", "must have at most {most} characters"),
    _Plain("Expected `array` of length >= {least}", "must have at least {least} entries"),
    _Plain("Expected `array` of length <= {most}", "must have at most {most} entries"),
    _Plain("Expected `{number}` >= {least}", "must be at least {least}"),
    _Plain("Expected `{number}` <= {most}", "must be at most {most}"),
    _Plain("Expected `str` matching regex {form}", "must have the form {form}"),
    _Plain(
        "Expected `datetime` with a timezone component",
        "must be a moment with its offset, such as 2026-03-02T09:00:00Z",
    ),
    _Plain("Invalid RFC3339 encoded datetime", "must be a moment with its offset, such as 2026-03-02T09:00:00Z"),
    _Plain("Invalid UUID", "must be a UUID"),
    _Plain("Invalid enum value {value}", "{value} is none of the possible values"),
    _Plain("Invalid value {value}", "{value} is none of the possible values"),
    _Plain("Number out of range", "is too large a number"),
    _Plain("Integer value out of range", "is too large a number"),
    _Plain("Expected `{wanted}`, got `{got}`", "must be of the type {wanted}, not {got}"),
    _Plain("Expected `{wanted}`", "must be of the type {wanted}"),
    _Plain("JSON is malformed: {why}", "is not JSON: {why}"),
    _Plain("Validation failed for {method} {path}", "cannot be read"),
    _Plain("Input data was truncated", "is not a whole JSON document"),
)
_TOLD = frozenset({"least", "most", "wanted", "got", "form", "value", "why"})
"""What the sentences name: the rest the pointer says."""


def plain(message: str) -> tuple[str, dict[str, Any]]:
    """The sentence for a library's message, and what it names; the message itself where it is not known."""
    for known in _KNOWN:
        if (match := known.pattern.fullmatch(message)) is not None:
            return known.sentence, {
                name: _fact(name, said) for name, said in match.groupdict().items() if name in _TOLD
            }
    return message, {}


def _fact(name: str, said: str) -> Any:
    if name in _NUMBERS:
        return int(said) if re.fullmatch(r"-?[0-9]+", said) else said
    if name in _TYPED:
        return " | ".join(_TYPES.get(one, one) for one in said.split(" | "))
    return said
