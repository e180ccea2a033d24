"""What there is, for those who build on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from services.gateway.domain.discovery import Description, Directory
from services.gateway.ports.documentation import Documents


@dataclass(frozen=True, slots=True)
class ShowIndex:
    """What the platform consists of, and where its documents are."""

    raises: ClassVar = ()

    directory: Directory

    async def __call__(self) -> list[Description]:
        return [self.directory.known[name] for name in sorted(self.directory.known)]


@dataclass(frozen=True, slots=True)
class ShowOpenApi:
    """Every endpoint of every service, as one OpenAPI 3.1 document."""

    raises: ClassVar = ()

    documents: Documents

    async def __call__(self) -> bytes:
        return self.documents.openapi()


@dataclass(frozen=True, slots=True)
class ShowAsyncApi:
    """Every event between the services, as one AsyncAPI 3.0 document."""

    raises: ClassVar = ()

    documents: Documents

    async def __call__(self) -> bytes:
        return self.documents.asyncapi()


USE_CASES = (ShowIndex, ShowOpenApi, ShowAsyncApi)
