"""UUIDv7 (RFC 9562 section 5.7): identifiers that sort by the time they were made."""

from __future__ import annotations

from uuid import UUID


def uuid7(milliseconds: int, random: bytes) -> UUID:
    """A version 7 UUID from a Unix time in milliseconds and ten random bytes."""
    value = milliseconds << 80 | int.from_bytes(random, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
