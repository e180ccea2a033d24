"""Everything outside /api/v1, in development and in production: what there is, and what it answers to whom.

`outside.csv` has a row for each path at the gateway (`gateway`), at every service's own door (`services`), and at one
service alone (its name). `asked` is the path as it is asked for. Rows of /api/v1 may stand there too, where the
profiles differ.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from lms_adapters.platform import registry
from tests.architecture.house import SERVICES
from tests.security.knock import knock
from tests.security.matrix import cell
from tests.security.school import API, UNLIMITED, Person, School, opened

OUTSIDE = Path(__file__).with_name("outside.csv")
WHO = ("anonymous", "learner", "admin")
PROFILES = ("dev", "production")
HEAD = ("at", "method", "path", "asked", *(f"{profile}_{who}" for profile in PROFILES for who in WHO))
PRODUCTION = {
    "LMS_PROFILE": "production",
    "LMS_AUTH_MASTER_KEY": "c2VjdXJpdHktdGVzdHMtb25seS0zMi1ieXRlcy1rZXk",
    "LMS_BILLING_PAYMENTS_URL": "outside://provider",
    "LMS_NOTIFICATION_MAIL_URL": "outside://mailer",
    "LMS_NOTIFICATION_SMS_URL": "",
    "LMS_NOTIFICATION_PUSH_URL": "outside://pusher",
}


@pytest.fixture
def adapters_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment provider and a mailer of third parties, which production wants: nobody pays or writes here."""
    entry = SimpleNamespace(load=lambda: lambda url: SimpleNamespace(url=url))
    monkeypatch.setattr(registry, "_entry", lambda port, scheme: entry if scheme == "outside" else None)


@asynccontextmanager
async def school_in(profile: str, folder: Path) -> AsyncIterator[tuple[School, Mapping[str, Person | None]]]:
    """With a learner and an administrator."""
    async with opened(folder, UNLIMITED | (PRODUCTION if profile == "production" else {})) as school:
        yield (
            school,
            {"anonymous": None, "learner": await school.newcomer("Linus"), "admin": await school.administrator()},
        )


def rows() -> list[dict[str, str]]:
    with OUTSIDE.open(newline="") as file:
        return list(csv.DictReader(file))


def paths(school: School) -> Iterator[tuple[str, str, str]]:
    """Where, method and path of everything outside /api/v1."""
    found: dict[str, set[tuple[str, str]]] = {}
    for name, one in school.platform.services.items():
        for route in one.litestar.routes:
            if not route.path.startswith(API):
                methods = set(getattr(route, "methods", ())) - {"OPTIONS", "HEAD"}
                found.setdefault(name, set()).update((method, route.path) for method in methods)
    common = set.intersection(*(found[name] for name in found if name != "gateway"))
    yield from (("services", *one) for one in common)
    yield from (("gateway", *one) for one in set.union(*found.values()))
    yield from ((name, *one) for name, some in found.items() if name != "gateway" for one in some - common)


async def test_everything_outside_the_api_has_its_row(tmp_path: Path) -> None:
    async with opened(tmp_path) as school:
        there = set(paths(school))
    stands = [(row["at"], row["method"], row["path"]) for row in rows()]
    missing = sorted(",".join((*one, one[2], *["?"] * 6)) for one in there - set(stands))
    assert not missing, "add to tests/security/outside.csv, with what each is to answer:\n" + "\n".join(missing)
    left_over = [one for one in stands if one not in there and not one[2].startswith(API)]
    assert not left_over, f"no such path, take out of tests/security/outside.csv: {left_over}"
    assert len(stands) == len(set(stands))


def test_rows_have_every_cell() -> None:
    with OUTSIDE.open(newline="") as file:
        table = list(csv.reader(file))
    assert tuple(table[0]) == HEAD
    assert [row for row in table if len(row) != len(HEAD) or not all(row)] == []


@pytest.mark.usefixtures("adapters_of_others")
@pytest.mark.parametrize("profile", PROFILES)
async def test_every_cell_is_true(tmp_path: Path, profile: str) -> None:
    wrong = []
    async with school_in(profile, tmp_path) as (school, people):
        for row in rows():
            doors = [s for s in SERVICES if s != "gateway"] if row["at"] == "services" else [row["at"]]
            for who, person in people.items():
                wanted = row[f"{profile}_{who}"]
                for at in doors:
                    token = person.token if person else ""
                    answer = await knock(school.platform.neighbours[at], row["method"], row["asked"], token=token)
                    got = cell(answer.status, answer.problem)
                    if got != wanted:
                        wrong.append(f"{row['path']} at {at}, {who}: {wanted} was expected, not {got}")
    assert not wrong, "\n".join(wrong)
