"""Every read endpoint in a small school and in a big one: what grows with the data, and what does not."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx
import msgspec

from benchmarks.enlarge import Enlarger, size
from benchmarks.load import Load
from benchmarks.process import environment, measured
from benchmarks.reads import WARM_UP, compared, without_ids
from benchmarks.report import progress, table
from benchmarks.school import PLACES, Small, databases, make, opened
from services.auth.ports.tokens import Signer
from tests.engines.process import free_port

PARALLEL = 100
_SAMPLES = 20
Figures = dict[str, tuple[float, float, float, float]]
"""By endpoint: CPU and bare CPU in microseconds, p50 and p99 in milliseconds."""


async def measure(courses: int, learners: int, activities: int, made: int, requests: int) -> list[str]:
    """The lines of the report. `made`: how many of the learners the use cases make; the others are their copies."""
    times = max(1, learners // made)
    each = activities // (made * times)
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as name:
        folder = Path(name) / "data"
        folder.mkdir()
        began = time.perf_counter()
        small = await make(folder, courses, made, each)
        making = time.perf_counter() - began
        asked = await _endpoints(small)
        before, before_size = (await _measured(small, asked, requests))[0], size(folder)
        began = time.perf_counter()
        copies = Enlarger(small).enlarge(times)
        copying = time.perf_counter() - began
        after, plans = await _measured(small, asked, requests)
        agreed = await _check(small, copies, times)
        after_size = size(folder)
    rows = [
        (f"`{path}`", *(f"{v:.0f}" for v in (b[0], a[0], a[1])), f"{a[0] / a[1]:.1f}", f"{a[0] / b[0]:.2f}",
         *(f"{v:.1f}" for v in (b[2], b[3], a[2], a[3])))
        for path, b, a in ((path, before[path], after[path]) for path in before)
    ]  # fmt: skip
    slowest = sorted(after, key=lambda path: after[path][0] - after[path][1])[:-4:-1]
    grown = sorted(after, key=lambda path: after[path][0] / before[path][0])[:-4:-1]
    head = ("GET", "small µs", "big µs", "big bare", "ratio", "grown", "small p50", "p99 ms", "big p50", "p99 ms")
    middle = (
        f"{median(a[0] / a[1] for a in after.values()):.1f}",
        f"{median(after[p][0] / before[p][0] for p in after):.2f}",
    )
    return [
        f"Small: {made} learners with {each} activities each in {PLACES} of {courses} courses, made by the use cases",
        f"in {making:.0f} s ({before_size}). Big: each of them {times} times, {made * times} learners and",
        f"{made * times * each} activities, copied in {copying:.0f} s ({after_size}). {agreed}",
        "",
        *table(head, [*rows, ("**median**", "", "", "", f"**{middle[0]}**", f"**{middle[1]}**", "", "", "", "")]),
        "",
        "How the databases run what is slowest and what grew most:",
        "",
        *(f"- `{p}`: {'; '.join(' · '.join(plan) for plan in plans[p])}" for p in dict.fromkeys((*slowest, *grown))),
    ]


async def _endpoints(small: Small) -> list[tuple[str, str]]:
    """Every read endpoint of the API, and who asks: the last learner, who has been there longest of all copies."""
    learner, places = list(small.places.items())[-1]
    mine, hers, head = small.tokens[learner], small.tokens["instructor"], small.tokens["admin"]
    paid, free = places[0], places[1]
    billing = sqlite3.connect(databases(small.folder)["billing"])
    [(invoice,)] = billing.execute("SELECT id FROM invoice WHERE learner_id = ?", (learner.replace("-", ""),))
    [(payment, place)] = billing.execute(
        "SELECT id, enrollment_id FROM payment WHERE learner_id = ?", (learner.replace("-", ""),)
    )
    billing.close()
    several = "&".join(f"course_id={course}" for course in places)
    return [
        (f"/api/v1{path}", token)
        for path, token in (
            ("/users/me", mine),
            ("/users/me/preferences", mine),
            (f"/users/{learner}", hers),
            (f"/users?id={learner}", hers),
            ("/courses", mine),
            ("/courses?sort=title&limit=200", mine),
            (f"/courses/{free}", mine),
            (f"/courses/{free}/outline", hers),
            (f"/courses/{free}/prerequisites", mine),
            (f"/courses/{free}/content", mine),
            ("/enrollments?learner=me", mine),
            (f"/enrollments/{place}", mine),
            (f"/progress/courses?{several}", mine),
            (f"/progress/courses/{free}", mine),
            (f"/progress/courses/{free}/proof", mine),
            ("/billing/invoices", mine),
            (f"/billing/invoices/{invoice}", mine),
            ("/billing/payments", mine),
            (f"/billing/payments/{payment}", mine),
            ("/billing/payment-methods", mine),
            (f"/billing/prices?course_id={paid}", mine),
            ("/notifications", mine),
            ("/devices", mine),
            (f"/analytics/courses/{paid}", hers),
            ("/analytics/overview", head),
        )
    ]


async def _measured(
    small: Small, asked: list[tuple[str, str]], requests: int
) -> tuple[Figures, dict[str, list[list[str]]]]:
    port = free_port()
    environ = environment(small.folder.parent, LMS_LOG="json", LMS_AUTH_ACCESS_SECONDS="86400")
    environ |= {"LMS_GATEWAY_PERSON_RATE": "1000000", "LMS_GATEWAY_PERSON_BURST": "1000000"}
    command = [sys.executable, "-m", "benchmarks.server", str(port)]
    figures: Figures = {}
    with measured(command, environ, small.folder.parent / "log") as server:
        server.wait_ready(f"http://127.0.0.1:{port}/health/ready")
        async with Load(port) as load:
            for path, token in asked:
                await load.get(f"/-/learn{path}", token)
            await load.get("/-/ready-to-measure")
            plans = {without_ids(path): msgspec.json.decode(await load.get(f"/-/plan{path}")) for path, _ in asked}
            rows = await compared(load, asked, requests)
        async with Load(port, PARALLEL) as crowd:  # not before: idle connections are closed
            for (path, token), (name, cpu, bare, _) in zip(asked, rows, strict=True):
                await crowd.get(path, token, WARM_UP)
                waits = await crowd.waits(path, token, requests)
                figures[name] = cpu, bare, waits[len(waits) // 2] * 1000, waits[len(waits) * 99 // 100] * 1000
            progress(f"{len(asked)} endpoints with {PARALLEL} clients at once")
    return figures, plans


async def _check(small: Small, copies: list[str], times: int) -> str:
    """Ask the platform whether what it shows of the copies follows from its logs. Raises RuntimeError."""
    proofs, places = 0, list(small.places.values())
    async with opened(small.folder) as platform:
        signer = await platform.services["auth"].container.get(Signer)
        now = int(time.time())
        transport = httpx.ASGITransport(app=platform.neighbours["gateway"])  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            for number in range(0, len(copies), max(1, len(copies) // _SAMPLES)):
                claims = {"iss": "lms", "aud": "lms", "sub": copies[number], "sid": str(uuid4()), "iat": now}
                token = await signer.sign({**claims, "exp": now + 3600, "roles": ["learner"]})
                for course in places[number]:
                    path = f"/api/v1/progress/courses/{course}/proof"
                    answer = await client.get(path, headers={"authorization": f"Bearer {token}"})
                    if answer.status_code != 200 or not answer.json()["agrees"]:
                        raise RuntimeError(f"{path} of {copies[number]}: {answer.status_code} {answer.text[-300:]}")
                    proofs += 1
        faults = {name: found for name, one in platform.services.items() if (found := await one.faults())}
    if faults:
        raise RuntimeError(f"not ready: {faults}")
    _sums_agree(small.folder)
    return f"{proofs} proofs of copies agree with the log, and so do the sums of places, time and revenue."


def _sums_agree(folder: Path) -> None:
    """What services keep in sums is what the rows add up to. Raises RuntimeError."""
    files = databases(folder)
    connection = sqlite3.connect(files["analytics"])
    for name in ("course", "progress", "billing"):
        connection.execute(f"ATTACH '{files[name]}' AS {name}_db")
    wrong = connection.execute(
        """
        SELECT a.id FROM course a JOIN course_db.course c ON c.id = a.id
        WHERE c.places_taken <> (SELECT count(*) FROM course_db.enrollment e
                                WHERE e.course_id = a.id AND e.status <> 'cancelled')
           OR a.enrolled <> c.places_taken
           OR a.seconds <> (SELECT coalesce(sum(seconds), 0) FROM progress_db.tracking t WHERE t.course_id = a.id)
           OR a.completed <> (SELECT count(completed_at) FROM progress_db.tracking t WHERE t.course_id = a.id)
           OR coalesce(json_extract(a.revenue, '$.EUR'), 0)
              <> (SELECT coalesce(sum(amount), 0) FROM billing_db.invoice i WHERE i.course_id = a.id)
        """
    ).fetchall()
    connection.close()
    if wrong:
        raise RuntimeError(f"sums of {len(wrong)} courses are wrong, such as {wrong[0][0]}")


def run(courses: int, learners: int, activities: int, made: int, requests: int) -> list[str]:
    """`measure`, from outside a loop."""
    return asyncio.run(measure(courses, learners, activities, made, requests))
