"""The platform's documents."""

from __future__ import annotations

from typing import Protocol


class Documents(Protocol):
    """Merged from what the services say, anew only when one says something else."""

    def openapi(self) -> bytes:
        """OpenAPI 3.1 as JSON."""

    def asyncapi(self) -> bytes:
        """AsyncAPI 3.0 as JSON."""
