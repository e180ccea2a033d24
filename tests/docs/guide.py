"""The guide's examples, as its readers meet them: a command, and what it answers.

A block fenced as `sh run` is executed, in the order of the pages. It holds these commands, as a shell knows them:

    LMS=http://127.0.0.1:8000                         a variable
    TOKEN=$(curl … | jq -r .access_token)             a variable from an answer
    ETAG=$(curl … -o /dev/null -w '%header{etag}')    a variable from an answer's head
    curl -s $LMS/api/v1/courses -H "…" --json '{…}'   a request (-i shows the head, -N a stream)
    .venv/bin/lms admin create …                      the command line

`sh run until` is asked again until the answer is there. A block fenced as `… answer` is what the last command of the
block before it answers. In it `…` stands for anything: a part of a text, further members of an object, further items of
a list. `$NAME` stands for the variable's value.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"^```(\w+) (run|run until|answer)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"""(?:'[^']*'|"[^"]*"|\\\n|[^'"\n])+""")
_ASSIGNED = re.compile(r"(\w+)=(.*)", re.DOTALL)
_FROM_ANSWER = re.compile(r"\$\((.+?)(?:(?:\\\n)?\s+\| jq -r (\S+))?\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """One block of commands, and what the last of them answers."""

    where: str
    commands: tuple[str, ...]
    answer: str | None
    patient: bool


def examples(page: Path) -> Iterator[Example]:
    """The page's runnable blocks. Raises ValueError for an answer that answers nothing."""
    text, asked = page.read_text(), None
    for block in _FENCE.finditer(text):
        where = f"{page.name}:{text.count(chr(10), 0, block.start()) + 1}"
        if block[2] != "answer":
            if asked:
                yield asked
            commands = tuple(c.strip() for c in _COMMAND.findall(block[3]) if c.strip())
            asked = Example(where, commands, None, block[2] == "run until")
        elif asked is None:
            raise ValueError(f"{where}: an answer to nothing")
        else:
            yield Example(asked.where, asked.commands, block[3], asked.patient)
            asked = None
    if asked:
        yield asked


def assigned(command: str) -> tuple[str, str] | None:
    """The name and the right side, if the command is an assignment."""
    found = _ASSIGNED.fullmatch(command)
    return (found[1], found[2]) if found else None


def from_answer(value: str) -> tuple[str, str] | None:
    """The command and the path in its answer, of `$(command | jq -r path)` or `$(command)`."""
    found = _FROM_ANSWER.fullmatch(value)
    return (found[1], found[2] or "") if found else None


def picked(body: Any, path: str) -> str:
    """What `jq -r` prints for a path such as `.items[0].id`."""
    for name, index in re.findall(r"\.(\w+)|\[(-?\d+)\]", path):
        body = body[name] if name else body[int(index)]
    return body if isinstance(body, str) else json.dumps(body)


def words(command: str, variables: dict[str, str]) -> list[str]:
    """As a shell splits it: variables count outside single quotes, and a value stays one word. Raises KeyError."""
    marked = re.sub(r"'[^']*'|\$(\w+)", lambda m: f"\0{m[1]}\0" if m[1] else m[0], command.replace("\\\n", " "))
    return [re.sub("\0(\\w+)\0", lambda m: variables[m[1]], word) for word in shlex.split(marked)]


@dataclass(slots=True)
class Request:
    """What a curl command asks for."""

    url: str = ""
    method: str = "GET"
    headers: dict[str, str] | None = None
    body: str | None = None
    head: bool = False
    stream: bool = False
    header: str = ""
    """The one header that is printed, and nothing else."""


def curl(arguments: list[str]) -> Request:
    """The few options that the guide uses. Raises ValueError for another."""
    asked, rest = Request(headers={}), iter(arguments)
    for word in rest:
        match word:
            case "-s":
                pass
            case "-i":
                asked.head = True
            case "-N":
                asked.stream = True
            case "-o":
                next(rest)
            case "-w":
                asked.header = next(rest).removeprefix("%header{").removesuffix("}")
            case "-X":
                asked.method = next(rest)
            case "-H":
                name, _, value = next(rest).partition(": ")
                asked.headers = {**(asked.headers or {}), name: value}
            case "--json":
                asked.body = next(rest)
                asked.headers = {"Content-Type": "application/json", **(asked.headers or {})}
                asked.method = "POST" if asked.method == "GET" else asked.method
            case url if url.startswith("http") and not asked.url:
                asked.url = url
            case other:
                raise ValueError(f"the guide's runner does not know curl's {other}")
    return asked
