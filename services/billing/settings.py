"""What billing can be told."""

from __future__ import annotations

from lms_adapters.platform.registry import by_url
from lms_adapters.platform.settings import BadSettings, Secret, Settings

PROVIDERS = ("sandbox",)
"""Schemes of payment providers."""


class BillingSettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    payments_url: Secret = "sandbox://"
    """Who moves the money: `sandbox://` moves none, and production refuses it."""

    def __post_init__(self) -> None:
        scheme = by_url("payments", self.payments_url, PROVIDERS)
        if self.profile == "production" and scheme == "sandbox":
            raise BadSettings("payments_url: the sandbox moves no money and the profile is production; name a provider")
