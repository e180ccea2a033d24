"""The live inbox: one channel per person."""

from __future__ import annotations

from uuid import UUID


def channel_of(recipient_id: UUID) -> str:
    """Where hints about a person's inbox are broadcast. A hint says "look again" and nothing else."""
    return f"notification.inbox.{recipient_id}"
