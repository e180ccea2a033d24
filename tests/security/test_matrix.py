"""The matrix is complete, and every cell is true: asked over HTTP, at the gateway and at the service itself."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.security import requests
from tests.security.matrix import COLUMNS, HEAD, MATRIX, NONE, ROLE_COLUMNS, Endpoint, cell, known, rows
from tests.security.school import Person, School, opened

ENDPOINTS = {endpoint.start: endpoint for endpoint in known()}
START = HEAD[:3]


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    async with opened(tmp_path) as one:
        await one.furnish()
        yield one


def starts() -> list[str]:
    return [",".join(row[name] for name in START) for row in rows()]


def test_every_endpoint_has_its_row_and_every_row_its_endpoint() -> None:
    missing = [ENDPOINTS[start].suggestion for start in ENDPOINTS if start not in starts()]
    left_over = [start for start in starts() if start not in ENDPOINTS]
    assert not missing, "add to tests/security/matrix.csv, with what you want it to be:\n" + "\n".join(missing)
    assert not left_over, "no such endpoint, take out of tests/security/matrix.csv:\n" + "\n".join(left_over)
    assert len(starts()) == len(set(starts())), "a row stands twice in tests/security/matrix.csv"


def test_rows_stand_in_order_and_have_every_cell() -> None:
    with MATRIX.open(newline="") as file:
        table = list(csv.reader(file))
    assert tuple(table[0]) == HEAD
    for row in table[1:]:
        assert len(row) == len(HEAD), f"{row[:3]}: {len(HEAD)} cells, not {len(row)}"
        assert all(row), f"{row[:3]}: no cell is empty; {NONE} is a door that does not exist"
    services = [row[2].partition(".")[0] for row in table[1:]]
    assert services == sorted(services), "rows stand by service"


def test_what_takes_a_body_has_one_to_be_asked_with() -> None:
    takes = {endpoint.operation for endpoint in ENDPOINTS.values() if endpoint.takes_body}
    assert takes == set(requests.BODIES), "tests/security/requests.py: BODIES holds a body for each of these operations"


def test_someone_elses_object_is_asked_for_wherever_a_path_names_one() -> None:
    for row in rows():
        if "_id}" in row["path"]:
            assert row["others"] != NONE, f"{row['operation']}: what becomes of someone else's object?"
        if "{course_id}" in row["path"]:
            assert row["others_published"] != NONE, f"{row['operation']}: what becomes of someone else's course?"


def caller(school: School, endpoint: Endpoint, column: str) -> Person | None:
    role = endpoint.least_role if column not in ("anonymous", *ROLE_COLUMNS) else column
    people = {"learner": school.learner, "instructor": school.instructor, "admin": school.admin}
    return people.get(role)


async def asked(school: School, endpoint: Endpoint, column: str, at: str) -> str:
    """A cell as the platform fills it."""
    who = caller(school, endpoint, column)
    if column == "others":
        of = requests.others(school)
    elif column == "others_published":
        of = requests.others_published(school, endpoint.operation)
    else:
        of = requests.own(school, who or school.learner, endpoint.operation)
    path = endpoint.path.format_map(of)
    headers = []
    if endpoint.method in ("PUT", "PATCH"):
        read = await school.ask(who, "GET", path)
        headers.append(("if-match", read.header("etag") or '"1"'))
    if endpoint.operation in requests.QUERIES:
        path += "?" + requests.QUERIES[endpoint.operation](of)
    body = requests.BODIES[endpoint.operation](school, of) if endpoint.takes_body else None
    answer = await school.ask(who, endpoint.method, path, body, headers=headers, at=at)
    return cell(answer.status, answer.problem)


async def test_every_cell_is_true_and_what_is_refused_changes_nothing(school: School) -> None:
    wrong = []
    for row in rows():
        endpoint = ENDPOINTS[",".join(row[name] for name in START)]
        for column in (name for name in COLUMNS if row[name] != NONE):
            before = await school.written()
            got = {"the gateway": await asked(school, endpoint, column, "gateway")}
            if got["the gateway"] >= "400":
                service = endpoint.operation.partition(".")[0]
                got["the service itself"] = await asked(school, endpoint, column, service)
                if await school.written() != before:
                    wrong.append(f"{endpoint.operation} {column}: it was refused, and something was written")
            wrong += [
                f"{endpoint.operation} {column}: {row[column]} was expected, {where} answered {what}"
                for where, what in got.items()
                if what != row[column]
            ]
    assert not wrong, "\n".join(wrong)
