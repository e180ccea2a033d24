"""Whether an answer is the one that a page shows, where `…` stands for anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}…]')
_REST = "\0more"


def parsed(shown: str) -> Any:
    """JSON in which a bare `…` ends a list or an object that has more. Raises ValueError."""
    inside: list[str] = []

    def token(found: re.Match[str]) -> str:
        match found[0]:
            case "[" | "{" as bracket:
                inside.append(bracket)
            case "]" | "}":
                inside.pop()
            case "…":
                rest = json.dumps(_REST)
                return f"{rest}: null" if inside[-1] == "{" else rest
        return found[0]

    return json.loads(_TOKEN.sub(token, shown))


def differences(shown: Any, got: Any, at: str = "answer") -> Iterator[str]:
    """Where what came is not what is shown."""
    match shown, got:
        case dict(), dict():
            for name in shown.keys() - got.keys() - {_REST}:
                yield f"{at}.{name} is shown but did not come"
            if _REST not in shown:
                yield from (f"{at}.{name} came but is not shown" for name in got.keys() - shown.keys())
            for name in shown.keys() & got.keys():
                yield from differences(shown[name], got[name], f"{at}.{name}")
        case list(), list():
            wanted = [one for one in shown if one != _REST]
            if len(got) < len(wanted) or (len(got) > len(wanted) and _REST not in shown):
                yield f"{at} has {len(got)} items, {len(wanted)} are shown"
            for n, (one, other) in enumerate(zip(wanted, got, strict=False)):
                yield from differences(one, other, f"{at}[{n}]")
        case str(), str():
            if not re.fullmatch(".*".join(map(re.escape, shown.split("…"))), got, re.DOTALL):
                yield f"{at} is {got!r}, shown is {shown!r}"
        case _:
            if shown != got or type(shown) is not type(got):
                yield f"{at} is {got!r}, shown is {shown!r}"


def head_and_body(shown: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of what `curl -i` prints."""
    head, _, body = shown.partition("\n\n")
    first, *lines = head.splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body
