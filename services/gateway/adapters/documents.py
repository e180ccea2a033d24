"""The merged documents, rendered once per change."""

from __future__ import annotations

import msgspec

from lms_adapters.platform.asyncapi import merge_documents
from lms_adapters.platform.compose import VERSION
from services.gateway.domain.discovery import Directory
from services.gateway.domain.documentation import merge_openapi
from services.gateway.ports.documentation import Documents


class MergedDocuments(Documents):
    """From the directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._rendered: dict[str, tuple[int, bytes]] = {}

    def openapi(self) -> bytes:
        kept = self._kept("openapi")
        if kept is not None:
            return kept
        directory = self._directory
        documents = {name: told.openapi for name, told in directory.known.items()}
        merged = merge_openapi(documents, title="LMS platform", version=VERSION, owner=self._owner)
        return self._keep("openapi", msgspec.json.encode(merged))

    def asyncapi(self) -> bytes:
        kept = self._kept("asyncapi")
        if kept is not None:
            return kept
        documents = [dict(told.asyncapi) for _, told in sorted(self._directory.known.items())]
        return self._keep("asyncapi", msgspec.json.encode(merge_documents(documents, VERSION)))

    def _owner(self, path: str) -> str | None:
        route = self._directory.table.match(path)
        return route.service if route else None

    def _kept(self, name: str) -> bytes | None:
        change, body = self._rendered.get(name, (-1, b""))
        return body if change == self._directory.change else None

    def _keep(self, name: str, body: bytes) -> bytes:
        self._rendered[name] = (self._directory.change, body)
        return body
