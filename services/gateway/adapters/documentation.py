"""The merged documents, rendered once per change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from lms_adapters.platform.compose import VERSION
from lms_adapters.platform.documents.asyncapi import merge_documents
from lms_adapters.platform.documents.problems import components as problem_components, refusals
from lms_core.domain.errors import Refusal
from services.gateway.domain.discovery import Directory
from services.gateway.domain.documentation import Everywhere, merge_openapi
from services.gateway.domain.routing import BadAnswer, BadPath, Late
from services.gateway.ports.documentation import Documents

_INFO = {
    "title": "LMS platform",
    "version": VERSION,
    "summary": "Courses: written, taken, paid for and finished.",
    "description": "Every service of the platform behind one address. Sign in with `auth.login` and send the access "
    "token as a bearer token. Errors are problem details (RFC 9457): their `type` is for programs, their words are in "
    "the language that `Accept-Language` asks for. Collections come in pages, what changes comes with an ETag, and a "
    "POST is safe to repeat under its `Idempotency-Key`.",
    "contact": {"name": "Those who run this platform"},
    "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
}
_HEADERS = {
    "RateLimit": {
        "description": "What is left of the limit, and when it is whole again.",
        "schema": {"type": "string"},
        "example": '"person";r=998;t=1',
    },
    "RateLimit-Policy": {
        "description": "The limit that counts for the caller: requests (q) in so many seconds (w).",
        "schema": {"type": "string"},
        "example": '"person";q=1000;w=5',
    },
}


def _everywhere() -> Everywhere:
    """The gateway's own words."""
    kinds: dict[int, type[Refusal]] = {400: BadPath, 502: BadAnswer, 504: Late}
    parts = problem_components(kinds.values(), {kind.code: status for status, kind in kinds.items()})
    return Everywhere(
        headers={name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS},
        refusals={str(status): refusals([kind]) for status, kind in kinds.items()},
        components={**parts, "headers": _HEADERS},
    )


class MergedDocuments(Documents):
    """From the directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._kept: dict[str, tuple[int, bytes]] = {}

    def openapi(self) -> bytes:
        return self._rendered("openapi", self._openapi)

    def asyncapi(self) -> bytes:
        return self._rendered("asyncapi", self._asyncapi)

    def _rendered(self, name: str, merged: Callable[[], dict[str, Any]]) -> bytes:
        """As it was rendered since the directory changed last, or anew."""
        change, body = self._kept.get(name, (-1, b""))
        if change != self._directory.change:
            change, body = self._kept[name] = self._directory.change, msgspec.json.encode(merged())
        return body

    def _openapi(self) -> dict[str, Any]:
        documents = {name: told.openapi for name, told in self._directory.known.items()}
        return merge_openapi(documents, info=_INFO, owner=self._owner, everywhere=_everywhere())

    def _asyncapi(self) -> dict[str, Any]:
        return merge_documents([dict(told.asyncapi) for _, told in sorted(self._directory.known.items())], VERSION)

    def _owner(self, path: str) -> str | None:
        route = self._directory.table.match(path)
        return route.service if route else None
