"""CPU of the server process per read: through the gateway, and bare."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Load
from benchmarks.process import environment, measured
from benchmarks.report import progress, table
from lms_adapters.platform.settings import Source
from lms_cli.api import Api
from lms_cli.control import operate
from lms_cli.operations import Row
from lms_cli.stories import Stage, content, course, enrollment, registration
from tests.engines.process import free_port

ROUNDS = 20
WARM_UP = 200
_MORE_COURSES = 10
_Row = tuple[str, float, float, int]


async def measure(requests: int, only: str, access_log: bool, profile: str | None) -> list[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as name:
        folder, port = Path(name), free_port()
        environ = environment(
            folder,
            LMS_LOG="json",
            LMS_GATEWAY_ACCESS_LOG=str(access_log).lower(),
            LMS_GATEWAY_PERSON_RATE="1000000",
            LMS_GATEWAY_PERSON_BURST="1000000",
            LMS_GATEWAY_CREDENTIALS_BURST="1000",
        )
        command = [sys.executable, "-m", "benchmarks.server", str(port)]
        with measured(command, environ, folder / "log") as server:
            server.wait_ready(f"http://127.0.0.1:{port}/health/ready")
            progress("telling the stories, so that there is something to read")
            endpoints = [e for e in await _play(f"http://127.0.0.1:{port}", environ) if only in e[0]]
            async with Load(port) as load:
                for path, token in endpoints:
                    await load.get(f"/-/learn{path}", token)
                await load.get("/-/ready-to-measure")
                if profile is not None:
                    return await _profiled(load, endpoints, requests, profile)
                rows = await compared(load, endpoints, requests)
    ratios = [platform / bare for _, platform, bare, _ in rows]
    middle = ("**median**", f"{median(r[1] for r in rows):.0f}", f"{median(r[2] for r in rows):.0f}")
    lines = [(f"`{p}`", f"{a:.0f}", f"{b:.0f}", f"{a / b:.1f}", size) for p, a, b, size in rows]
    return [
        f"{requests} requests each over 2 kept connections, access log {'on' if access_log else 'off'}, SQLite; "
        f"the median of {ROUNDS} turns.",
        "",
        *table(("GET", "µs CPU", "bare µs", "ratio", "bytes"), [*lines, (*middle, f"**{median(ratios):.1f}**", "")]),
    ]


async def compared(load: Load, endpoints: list[tuple[str, str]], requests: int) -> list[_Row]:
    """Each endpoint: its path without ids, its CPU and the bare one's per request, the bytes of its answer."""
    sizes = []
    for path, token in endpoints:
        sizes.append(len(await load.get(path, token, WARM_UP)))
        await load.get(f"/-/bare{path}", token, WARM_UP)
    taken: list[tuple[list[float], list[float]]] = [([], []) for _ in endpoints]
    for turn in range(ROUNDS):  # all in turns: the machine's moods are shared
        for (path, token), (platform, bare) in zip(endpoints, taken, strict=True):
            platform.append(await _cpu(load, path, token, requests // ROUNDS))
            bare.append(await _cpu(load, f"/-/bare{path}", token, requests // ROUNDS))
        progress(f"round {turn + 1} of {ROUNDS}")
    return [
        (without_ids(path), median(platform), median(bare), size)
        for (path, _), (platform, bare), size in zip(endpoints, taken, sizes, strict=True)
    ]


async def _cpu(load: Load, path: str, token: str, times: int) -> float:
    """Microseconds of the server's CPU per request."""
    before = int(await load.get("/-/cpu"))
    await load.get(path, token, times)
    return (int(await load.get("/-/cpu")) - before) / times / 1000


def without_ids(path: str) -> str:
    """As it stands in tables."""
    short = re.sub(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", "{id}", path.removeprefix("/api/v1"))
    return re.sub(r"(&course_id=\{id\})+", "&…", short)


async def _profiled(load: Load, endpoints: list[tuple[str, str]], requests: int, file: str) -> list[str]:
    for path, token in endpoints:
        await load.get(path, token, WARM_UP)
    await load.get("/-/profile/on")
    for path, token in endpoints:
        await load.get(path, token, requests)
    await load.get(f"/-/profile/off?{file}")
    return [f"profile of {requests * len(endpoints)} requests in {file}"]


async def _play(url: str, environ: dict[str, str]) -> list[tuple[str, str]]:
    """The three stories and some more courses; then which paths to read, and as whom."""
    source = Source(environ)

    def ask(name: str, only: tuple[str, ...], /, **arguments: Any) -> AsyncIterator[Row]:
        return operate(name, only, source, **arguments)

    async with Api.open(url) as api:
        stage = Stage(api, ask, lambda _: None)
        learner = await registration(stage)
        enrolled = await enrollment(stage, learner)
        await content(stage, learner, enrolled)
        for _ in range(_MORE_COURSES):
            await course(stage, price=None)
        _, instructor = await stage.cast()
        payment = (await learner.api.call("GET", "/api/v1/billing/payments")).body["items"][0]["id"]
        one, mine, hers = enrolled["course_id"], learner.api.token, instructor.api.token
    return [
        ("/api/v1/users/me", mine),
        ("/api/v1/users/me/preferences", mine),
        ("/api/v1/courses", mine),
        (f"/api/v1/courses/{one}", mine),
        (f"/api/v1/courses/{one}/outline", hers),
        (f"/api/v1/courses/{one}/content", mine),
        ("/api/v1/enrollments?learner=me", mine),
        (f"/api/v1/enrollments/{enrolled['id']}", mine),
        (f"/api/v1/progress/courses/{one}", mine),
        (f"/api/v1/progress/courses/{one}/proof", mine),
        ("/api/v1/billing/invoices", mine),
        (f"/api/v1/billing/payments/{payment}", mine),
        ("/api/v1/billing/payment-methods", mine),
        (f"/api/v1/billing/prices?course_id={one}", mine),
        ("/api/v1/notifications", mine),
        ("/api/v1/devices", mine),
        (f"/api/v1/analytics/courses/{one}", hers),
    ]
