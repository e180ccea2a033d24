"""The base of progress's rows: a metadata of its own."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from lms_adapters.sql.types import TYPES, metadata


class Row(DeclarativeBase):
    """One metadata per service."""

    metadata = metadata()
    type_annotation_map = TYPES
