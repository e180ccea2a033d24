"""The matrix as data: a row for each endpoint, a cell for each of those who may come to its door.

`200` is a status; a refusal may name its problem, `404 course/not-enrolled`, and means the usual one of its status if
it does not. `-` is a door that does not exist: the endpoint asks for nobody's object.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lms_adapters.platform.handlers import permission_of
from lms_core.security.permissions import ADMIN, INSTRUCTOR, LEARNER, ROLES
from tests.architecture.house import SERVICES, endpoints

MATRIX = Path(__file__).with_name("matrix.csv")
ROLE_COLUMNS = (LEARNER, INSTRUCTOR, ADMIN)
COLUMNS = ("anonymous", *ROLE_COLUMNS, "others", "others_published")
"""`others`: whoever may do this at all, with the least role, does it to someone else's object."""
HEAD = ("method", "path", "operation", *COLUMNS)
_USUAL = {"401": "unauthenticated", "403": "forbidden", "404": "not-found"}
NONE = "-"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """As the manifests know it."""

    method: str
    path: str
    operation: str
    permission: str | None
    takes_body: bool
    status: int

    @property
    def start(self) -> str:
        """The first cells of its row."""
        return f"{self.method},{self.path},{self.operation}"

    @property
    def least_role(self) -> str:
        """The first role that may ask."""
        return next(r for r in ROLE_COLUMNS if self.permission is None or self.permission in ROLES[r])

    @property
    def suggestion(self) -> str:
        """The row as the guard would have it, for who adds it."""
        allowed = str(self.status)
        cells = [allowed if self.permission is None else "401"]
        cells += [
            allowed if self.permission is None or self.permission in ROLES[role] else "403" for role in ROLE_COLUMNS
        ]
        cells += ["404" if "_id}" in self.path else NONE, "403" if "{course_id}" in self.path else NONE]
        return f"{self.start},{','.join(cells)}"


def known() -> Iterator[Endpoint]:
    """Every endpoint below /api/v1 of every service."""
    for service in SERVICES:
        for method, path, handler in endpoints(service):
            operation = f"{service}.{handler.fn.__name__}"
            takes_body = "data" in handler.fn.__annotations__
            yield Endpoint(method, path, operation, permission_of(handler), takes_body, handler.status_code)


def rows() -> list[dict[str, str]]:
    """What the file says."""
    with MATRIX.open(newline="") as file:
        return list(csv.DictReader(file))


def cell(status: int, problem: str) -> str:
    """An answer as a cell says it."""
    if not problem or _USUAL.get(str(status)) == problem:
        return str(status)
    return f"{status} {problem}"
