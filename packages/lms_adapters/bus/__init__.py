"""The event bus, chosen by URL. No driver is imported before one is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lms_core.ports.bus import Bus

if TYPE_CHECKING:
    from lms_adapters.bus.memory import Log


def open_bus(url: str, logs: Mapping[str, Log] | None = None) -> Bus:
    """`memory:`, `nats://host:4222?max_age_days=7&replicas=1` or `kafka://host:9092?max_age_days=7&partitions=1`.

    Nothing is connected yet. `logs` are the publishers' logs by stream, which the memory bus reads; it may be filled
    later. Raises ValueError for an unknown scheme or a malformed setting.
    """
    from lms_adapters.platform.registry import by_url, third_party

    match by_url("bus", url, ("memory", "nats", "kafka")):
        case "memory":
            from lms_adapters.bus.memory import MemoryBus

            return MemoryBus({} if logs is None else logs)
        case "nats":
            from lms_adapters.bus.nats import NatsBus

            return NatsBus(url)
        case "kafka":
            from lms_adapters.bus.kafka import KafkaBus

            return KafkaBus(url)
        case other:
            bus: Bus = third_party("bus", other)(url)
            return bus
