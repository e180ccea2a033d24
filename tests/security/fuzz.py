"""Requests made from the merged OpenAPI document, as everybody, against a platform of its own.

`python -m tests.security.fuzz` is what CI runs: the same requests each time. `make fuzz ARGS="--rounds 20"` goes on,
each round with another seed. Every answer must be documented, be what its schema says, and be no fault of ours; the log
must hold no error. Exit code 1 when something was found.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import dataclasses
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from lms_cli.api import Api, Person
from lms_cli.stories import Stage, course, enrollment, registration
from tests.engines.postgres import Postgres
from tests.platforms import SERVICES, RunningPlatform, running

LEFT_OUT = {"notification.follow": "an event stream has no end; its own tests read it"}
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
    "no_stack_trace",
}
ENVIRON = {
    "LMS_LOG_LEVEL": "error",
    "LMS_AUTH_ACCESS_SECONDS": "86400",
    "LMS_AUTH_ADDRESS_ATTEMPTS": "1000000",
    "LMS_GATEWAY_ACCESS_LOG": "false",
    "LMS_GATEWAY_PERSON_RATE": "0",
    "LMS_GATEWAY_ADDRESS_RATE": "0",
    "LMS_GATEWAY_CREDENTIALS_RATE": "0",
}
_STACK = re.compile(r'Traceback \(most recent call last\)|File "[^"]+", line \d+')


@schemathesis.check
def no_stack_trace(_context: Any, response: Any, _case: Any) -> None:
    """The inside is nobody's business."""
    assert _STACK.search(response.text) is None, "the answer shows a stack trace"


class TrueIds:
    """Of three requests, two ask for things that are there: else all would end at 404."""

    def begin(self, ids: dict[str, str]) -> None:
        """Count anew."""
        self._ids, self._asked = ids, 0

    def __call__(self, case: Any) -> None:
        """Change the case."""
        self._asked += 1
        for name in (case.path_parameters or {}) if self._asked % 3 else ():
            if name in self._ids:
                case.path_parameters[name] = self._ids[name]


true_ids = TrueIds()


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """schemathesis' hook; there is one for all schemas."""
    true_ids(case)


@dataclasses.dataclass(slots=True)
class Found:
    """What became of the requests of one role."""

    requests: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    """By service."""
    statuses: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    failures: dict[str, str] = dataclasses.field(default_factory=dict)
    """What is wrong, and a request that shows it."""


def fuzz(document: dict[str, Any], url: str, token: str, ids: dict[str, str], *, seed: int, examples: int) -> Found:
    """All operations, as who holds the token (empty: nobody)."""
    schema = schemathesis.openapi.from_dict(document, config=_config(url, token, seed, examples))
    schema = schema.exclude(operation_id=list(LEFT_OUT))
    true_ids.begin(ids)
    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _count(event.recorder, found)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.failures[f"the fuzzer itself: {event!r}"[:500]] = ""
    return found


def _config(url: str, token: str, seed: int, examples: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": url,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "workers": 1,
            "continue-on-failure": True,
            "request-timeout": 30,
            "cache": {"enabled": False},
            "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
            "phases": {"stateful": {"enabled": False}},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in sorted(CHECKS)}},
        }
    )


def _count(recorder: Any, found: Found) -> None:
    for id, interaction in recorder.interactions.items():
        case = recorder.cases[id].value
        service = case.operation.definition.raw["operationId"].partition(".")[0]
        found.requests[service] += 1
        if interaction.response is not None:
            found.statuses[interaction.response.status_code] += 1
        for check in recorder.checks.get(id, ()):
            if check.failure_info is not None:
                failure = check.failure_info.failure
                what = f"{recorder.label}: {check.name}: {failure.title}: {failure.message}"
                found.failures.setdefault(what[:700], case.as_curl_command())


async def people(platform: RunningPlatform) -> tuple[dict[str, Any], dict[str, Person | None], dict[str, str]]:
    """The document, somebody of every role, and the ids of things that are there."""
    async with Api.open(platform.url) as api:
        stage = Stage(api, platform.operate, lambda _: None)
        learner = await registration(stage)
        await enrollment(stage, learner)
        free = await course(stage, price=None)
        document = (await api.call("GET", "/openapi.json")).body
        ids = {"course_id": free["id"], "user_id": learner.id}
        for name, path in (
            ("invoice_id", "/billing/invoices"),
            ("method_id", "/billing/payment-methods"),
            ("message_id", "/notifications"),
        ):
            ids[name] = (await learner.api.call("GET", f"/api/v1{path}")).body["items"][0]["id"]
        roles = {"learner": learner, "instructor": stage.instructor, "admin": stage.admin, "anonymous": None}
        return document, roles, ids


def on_postgresql(postgres: Postgres) -> dict[str, str]:
    """A fresh database for each service."""
    services = [name for name in SERVICES if name != "gateway"]
    return {f"LMS_{name.upper()}_DATABASE_URL": postgres.fresh_database() for name in services}


def errors(log: str) -> Iterator[str]:
    """Lines of the platform's log that tell of a fault."""
    for line in log.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            if _STACK.search(line):
                yield line
        else:
            if entry.get("level") in ("error", "critical"):
                yield f"{entry.get('event')}: {str(entry.get('exception', ''))[-1500:]}"


def main(argv: list[str] | None = None) -> int:
    """Print what was asked and answered, by service and role, and what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="of the first round (1)")
    parser.add_argument("--rounds", type=int, default=1, help="each with the next seed (1)")
    parser.add_argument("--examples", type=int, default=4, help="random requests for an operation and role (4)")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL (after `make engines`), not on SQLite")
    chosen = parser.parse_args(argv)
    wrong: dict[str, str] = {}
    with contextlib.ExitStack() as life:
        folder = life.enter_context(tempfile.TemporaryDirectory())
        databases = on_postgresql(life.enter_context(Postgres())) if chosen.postgresql else {}
        platform = life.enter_context(running(Path(folder), ENVIRON | databases))
        document, roles, ids = asyncio.run(people(platform))
        services = sorted({path["operationId"].partition(".")[0] for path in _operations(document)})
        print(f"{len(list(_operations(document)))} operations; left out: {', '.join(LEFT_OUT)}")
        print("seed role       " + "".join(f"{name:>13}" for name in services) + "   seconds  statuses")
        for seed in range(chosen.seed, chosen.seed + chosen.rounds):
            for role, person in roles.items():
                began = time.monotonic()
                token = person.api.token if person else ""
                found = fuzz(document, platform.url, token, ids, seed=seed, examples=chosen.examples)
                counts = "".join(f"{found.requests[name]:>13}" for name in services)
                statuses = " ".join(f"{status}×{n}" for status, n in sorted(found.statuses.items()))
                print(f"{seed:<4} {role:<10} {counts} {time.monotonic() - began:>9.0f}  {statuses}", flush=True)
                wrong |= {f"{role}: {what}": how for what, how in found.failures.items()}
        log = (Path(folder) / "gateway.log").read_text()
    wrong |= {f"log: {line}": "" for line in errors(log)}
    for what, how in wrong.items():
        print(f"\n✗ {what}\n  {how}")
    print(f"\n{len(wrong)} found")
    return 1 if wrong else 0


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (operation for operation in item.values() if "operationId" in operation)


if __name__ == "__main__":
    sys.exit(main())
