"""What people pay with. The method added last is charged by default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Conflict, Invalid, Most
from lms_core.domain.time import moment_after

MAX_METHODS = 10


class UnknownToken(Invalid, code="billing/unknown-token"):
    """The payment provider does not know this token."""


class TooManyMethods(Conflict, code="billing/too-many-methods", tells=Most):
    """There are as many payment methods on file as there may be: remove one first."""


@dataclass(slots=True, kw_only=True)
class PaymentMethod:
    """A way to pay that the provider keeps; we hold its token, never a card."""

    id: UUID
    owner_id: UUID
    token: str
    """The provider's name for it."""
    added_at: datetime
    """Strictly after that of every method before."""
    removed_at: datetime | None = None

    def remove(self, at: datetime) -> None:
        """It is not charged any more; attempts that run with it run on."""
        self.removed_at = self.removed_at or at


def new_method(
    *, id: UUID, owner_id: UUID, token: str, at: datetime, default: PaymentMethod | None, on_file: int
) -> PaymentMethod:
    """The method that becomes the default after `default`. Raises TooManyMethods when no further one fits."""
    if on_file >= MAX_METHODS:
        raise TooManyMethods(most=MAX_METHODS)
    if default is not None:
        at = moment_after(default.added_at, at)
    return PaymentMethod(id=id, owner_id=owner_id, token=token, added_at=at)
