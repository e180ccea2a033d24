"""The engines, for the adapters that need one."""

from tests.engines.fixtures import kafka, nats, redis

__all__ = ["kafka", "nats", "redis"]
