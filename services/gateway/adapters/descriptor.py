"""Descriptors, as services serve them."""

from __future__ import annotations

import msgspec

from lms_adapters.platform.service import Descriptor
from lms_core.domain.errors import Unavailable
from services.gateway.domain.discovery import Description

DESCRIPTOR_PATH = "/internal/descriptor"


def read(body: bytes) -> Description:
    """The descriptor in the gateway's words. Raises Unavailable when it is none."""
    try:
        told = msgspec.json.decode(body, type=Descriptor)
    except msgspec.DecodeError as error:
        raise Unavailable("its descriptor cannot be read") from error
    return Description(
        name=told.name,
        summary=told.summary,
        version=told.version,
        prefixes=told.routes,
        roots=told.roots,
        openapi=told.openapi,
        asyncapi=told.asyncapi,
    )
