"""Bodies of requests, taken at their word: a number is no text, and 0 is not false."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request

from lms_adapters.web.problems import fault
from lms_core.domain.errors import Invalid, WrongMedia

MAX_BODY = 1024 * 1024
"""Bytes of a request's body; larger ones are 413."""


class StrictRequest(Request[Any, Any, Any]):
    """Litestar's, but for how it reads JSON: at once as the handler's type, where Litestar converts, and is lax."""

    async def json(self) -> Any:
        """The body as the handler wants it. Raises Invalid, WrongMedia."""
        field, body = self.route_handler.parsed_data_field, await self.body()
        said = self.content_type[0].lower()
        if body and said and said != "application/json" and not said.endswith("+json"):
            raise WrongMedia
        try:
            return _decoder(field.annotation if field else Any).decode(body or b"null")
        except msgspec.ValidationError as error:
            message, _, where = str(error).partition(" - at `$")
            raise Invalid(errors=(fault(where.rstrip("`"), message),)) from error
        except msgspec.DecodeError as error:
            raise Invalid(errors=(fault("", str(error)),)) from error
        except (UnicodeDecodeError, RecursionError) as error:
            raise Invalid.at("#", "is not JSON, or nested too deeply") from error


@lru_cache(maxsize=1024)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
