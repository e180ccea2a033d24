"""The guide is true: every example runs against a platform, and answers what the page shows."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from lms_cli.main import lms
from tests.docs.answers import differences, head_and_body, parsed
from tests.docs.generated import DOCS
from tests.docs.guide import Example, Request, assigned, curl, examples, from_answer, picked, words
from tests.platforms import RunningPlatform, running

STORY = ("start", "sign-in", "courses", "enroll", "pay", "learn", "live", "typescript")
PAGES = [DOCS / "guide" / f"{name}.md" for name in STORY]
PATIENCE_SECONDS = 15.0
LOCAL = "http://127.0.0.1:8000"
"""Where the pages' platform is."""


class Reader:
    """Somebody who types what the pages say."""

    def __init__(self, platform: RunningPlatform, client: httpx.Client) -> None:
        self._platform = platform
        self._client = client
        self._variables: dict[str, str] = {}

    def follow(self, example: Example) -> None:
        """Type the commands and compare; where the page says so, again until the answer is there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._type(example)
                return
            except AssertionError:
                if not example.patient or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def _type(self, example: Example) -> None:
        *before, last = example.commands
        for command in before:
            self._run(command)
        if assigned(last):
            assert example.answer is None, "an assignment prints nothing"
            self._run(last)
            return
        asked = self._curl(last)
        shown = re.sub(r"\$([A-Z_]+)", lambda m: self._variables[m[1]], example.answer or "")
        if asked.stream:
            self._listen(asked, shown)
            return
        answer = self._ask(asked)
        wrong = list(unlike(shown, answer, asked)) if example.answer else [answer.text] * answer.is_error
        if wrong:
            raise AssertionError("\n".join([example.where, last, *wrong, answer.text]))

    def _run(self, command: str) -> None:
        """A command whose answer nobody looks at: it must succeed."""
        name, value = assigned(command) or ("_", f"$({command})")
        if asked := from_answer(value):
            self._variables[name] = self._printed(*asked)
        else:
            [self._variables[name]] = words(value, self._variables)

    def _printed(self, command: str, path: str) -> str:
        if command.startswith(".venv/bin/lms "):
            done = CliRunner().invoke(lms, words(command, self._variables)[1:], env=dict(self._platform.environ))
            assert done.exit_code == 0, done.output
            return picked(json.loads(done.output), path)
        asked = self._curl(command)
        answer = self._ask(asked)
        assert answer.is_success, f"{command}\n{answer.text}"
        if asked.header:
            return answer.headers[asked.header]
        return picked(answer.json(), path) if path else answer.text

    def _curl(self, command: str) -> Request:
        name, *arguments = words(command, self._variables)
        assert name == "curl", command
        asked = curl(arguments)
        asked.url = asked.url.replace(LOCAL, self._platform.url, 1)
        return asked

    def _ask(self, asked: Request) -> httpx.Response:
        return self._client.request(asked.method, asked.url, headers=asked.headers, content=asked.body)

    def _listen(self, asked: Request, shown: str) -> None:
        """Until the stream has said what is shown."""
        wanted = [line for line in shown.splitlines() if line]
        with self._client.stream(asked.method, asked.url, headers=asked.headers) as answer:
            assert answer.is_success
            for line in filter(None, answer.iter_lines()):
                if not line.startswith(":"):
                    assert not list(differences(wanted.pop(0), line, "the stream"))
                if not wanted:
                    return
        raise AssertionError(f"the stream ended before it said {wanted}")


def unlike(shown: str, answer: httpx.Response, asked: Request) -> Iterator[str]:
    """Where an answer is not what a page shows of it."""
    body = shown
    if asked.head:
        status, headers, body = head_and_body(shown)
        if status != answer.status_code:
            yield f"the status is {answer.status_code}, shown is {status}"
        yield from differences(dict(headers), {k: v for k, v in answer.headers.items() if k in headers}, "header")
    elif answer.is_error:
        yield f"the status is {answer.status_code}"
    if body.strip():
        yield from differences(parsed(body), answer.json())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One platform for all pages: a page may go on with the people of an earlier one."""
    with running(tmp_path_factory.mktemp("guide"), {}) as platform, httpx.Client(timeout=10, trust_env=False) as client:
        yield Reader(platform, client)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_answer_what_is_shown(reader: Reader, page: Path) -> None:
    for example in examples(page):
        reader.follow(example)


def test_every_page_is_read() -> None:
    assert set(DOCS.glob("guide/*.md")) == set(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_is_run(page: Path) -> None:
    fences = re.findall(r"^```(.+)$", page.read_text(), re.MULTILINE)
    allowed = {"sh run", "sh run until", "json answer", "http answer", "text answer", "text", "ts"}
    assert set(fences) - allowed == set()


def test_drift_is_red() -> None:
    shown = parsed('{"id": "01…", "items": [{"n": 1, …}, …], "text": "…"}')
    told = {"id": "01a2", "items": [{"n": 1, "m": 2}, {"n": 2}], "text": "all"}
    assert list(differences(shown, told)) == []
    assert list(differences(shown, told | {"new": 1})) == ["answer.new came but is not shown"]
    assert list(differences(shown, {"id": "02a2", "items": [{"n": True}]})) != []
    assert list(differences(parsed("[1, 2]"), [1])) == ["answer has 1 items, 2 are shown"]
    assert list(differences(parsed('{"a": 1}'), {"a": "1"})) == ["answer.a is '1', shown is 1"]
