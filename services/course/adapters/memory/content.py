"""Published content, encoded once and kept ready: a version never changes, so what is kept is never stale."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

import msgspec

from services.course.domain.content import Content
from services.course.domain.outline import blocks, exchange
from services.course.ports.content import ContentStore, Library
from services.course.ports.publishing import Shelf
from services.course.settings import CourseSettings


class ReadyLibrary(Library):
    """Keeps what was read last, up to the settings' size."""

    def __init__(self, shelf: Shelf, store: ContentStore, settings: CourseSettings) -> None:
        self._shelf = shelf
        self._store = store
        self._room = settings.content_cache_mb * 1024 * 1024
        self._ready: OrderedDict[tuple[UUID, int], bytes] = OrderedDict()

    async def read(self, course_id: UUID, version: int) -> bytes:
        key = (course_id, version)
        document = self._ready.get(key)
        if document is not None:
            self._ready.move_to_end(key)
            return document
        document = await self._encoded(course_id, version)
        if key not in self._ready:
            self._keep(key, document)
        return document

    def _keep(self, key: tuple[UUID, int], document: bytes) -> None:
        self._ready[key] = document
        self._room -= len(document)
        while self._room < 0:
            _, oldest = self._ready.popitem(last=False)
            self._room += len(oldest)

    async def _encoded(self, course_id: UUID, version: int) -> bytes:
        published = await self._shelf.numbered(course_id, version)
        kept = await self._store.get(list(blocks(published.modules)))
        return msgspec.json.encode(
            Content(
                course_id=course_id,
                course_version=version,
                title=published.title,
                modules=exchange(published.modules, kept.__getitem__),
            )
        )
