"""The sandbox's webhooks, brought to billing's own door in this process: a request in all but the wire."""

from __future__ import annotations

from lms_adapters.platform.compose import Neighbours
from lms_adapters.platform.keys import ask
from lms_core.ports.clock import Clock
from services.billing.domain.sandbox import SeenWebhook
from services.billing.domain.webhooks import SigningKeys
from services.billing.ports.sandbox import Courier

WEBHOOKS_PATH = "/api/v1/billing/webhooks"


class MemoryCourier(Courier):
    """Signs anew each time, as the standard wants it: the timestamp is that of the attempt."""

    def __init__(self, neighbours: Neighbours, keys: SigningKeys, clock: Clock) -> None:
        self._neighbours = neighbours
        self._keys = keys
        self._clock = clock

    async def bring(self, webhook: SeenWebhook) -> int | None:
        body = webhook.body.encode()
        headers = self._keys.sign(webhook.id, self._clock.now(), body)
        headers |= {"content-type": "application/json", "traceparent": webhook.traceparent}
        status, _ = await ask(self._neighbours["billing"], "POST", WEBHOOKS_PATH, headers=headers, body=body)
        return status
