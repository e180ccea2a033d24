"""A game behind the gateway: what is played in one trace, and how a page that shows it is read."""

from __future__ import annotations

import re

from lms_adapters.platform.compose import Platform
from lms_adapters.tests.platform.toy.service import TROUBLE, PointScored
from lms_core.domain.events import Envelope, encode
from lms_core.domain.time import from_ms

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SECRET = "ada@example.org"
TRACE = "0af7651916cd43dd8448eb211c80319c"


async def win(platform: Platform) -> None:
    """A player of a personal name wins: three events taken, one published, a job done."""
    workers = platform.services["toy"].workers
    assert workers is not None
    TROUBLE.__init__()  # type: ignore[misc]
    points = [PointScored(player=SECRET, number=n) for n in (1, 2, 3)]
    envelopes = [
        Envelope(
            id=f"e{n}",
            source="lms.games",
            type=point.type,
            key=point.key,
            time=from_ms(0),
            traceparent=f"00-{TRACE}-b7ad6b7169203331-01",
            body=encode(point),
        )
        for n, point in enumerate(points)
    ]
    await workers.inbox.ingest("lms.games", envelopes, "3")
    await platform.drain()


def text(page: str) -> str:
    """What is written on a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
