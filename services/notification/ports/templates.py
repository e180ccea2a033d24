"""Putting messages into words."""

from __future__ import annotations

from typing import Protocol

from services.notification.domain.messages import Facts, Kind
from services.notification.domain.templates import Words


class Templates(Protocol):
    """One template for each kind and language; quick, and safe whatever the facts hold."""

    def render(self, kind: Kind, locale: str, *, name: str, facts: Facts) -> Words:
        """In the nearest language there is. Raises KeyError for a fact that the template needs and is not given."""
