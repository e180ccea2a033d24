"""Broadcast, chosen by URL. No driver is imported before one is opened."""

from __future__ import annotations

from lms_core.ports.broadcast import Broadcast


async def open_broadcast(url: str) -> Broadcast:
    """`memory:`, `nats://host:4222` or `redis://host:6379`. Nothing is connected yet.

    Raises ValueError for an unknown scheme.
    """
    from lms_adapters.platform.registry import by_url, third_party

    match by_url("broadcast", url, ("memory", "nats", "redis")):
        case "memory":
            from lms_adapters.broadcast.memory import MemoryBroadcast

            return MemoryBroadcast()
        case "nats":
            from lms_adapters.broadcast.nats import NatsBroadcast

            return NatsBroadcast(url)
        case "redis":
            from lms_adapters.broadcast.redis import RedisBroadcast

            return RedisBroadcast(url)
        case other:
            broadcast: Broadcast = third_party("broadcast", other)(url)
            return broadcast
