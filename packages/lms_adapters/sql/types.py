"""Column types that read the same from SQLite and PostgreSQL, and what every service's base of rows is made with:

class Row(DeclarativeBase):
    metadata = metadata()
    type_annotation_map = TYPES
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Dialect, MetaData, Text, TypeDecorator, Uuid

from lms_core.domain.time import EPOCH, MILLISECOND, to_ms

T = TypeVar("T")

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """A service's own metadata, with constraint names that migrations can rely on."""
    return MetaData(naming_convention=_NAMES)


class Utc(TypeDecorator[datetime]):
    """An aware UTC moment to the millisecond, kept as a BIGINT of Unix milliseconds on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_ms(value.astimezone(UTC))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return moment(value)


def moment(milliseconds: int | None) -> datetime | None:
    """A column of moments, read: as `from_ms`, without the call, for it is in every row."""
    return None if milliseconds is None else EPOCH + milliseconds * MILLISECOND


class Json(TypeDecorator[T], Generic[T]):
    """A typed document as JSON text: `mapped_column(Json(list[Topic]))`."""

    impl = Text
    cache_ok = False

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> T | None:
        return None if value is None else self._decoder.decode(value)


TYPES: dict[Any, Any] = {datetime: Utc, UUID: Uuid, str: Text}
"""Python annotations to column types, for `type_annotation_map`."""
