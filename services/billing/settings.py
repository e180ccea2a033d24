"""What billing can be told."""

from __future__ import annotations

from lms_adapters.platform.registry import by_url
from lms_adapters.platform.settings import BadSettings, Secret, Settings
from services.billing.domain.webhooks import SigningKeys

PROVIDERS = ("sandbox",)
"""Schemes of payment providers."""


class BillingSettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    payments_url: Secret = "sandbox://"
    """Who moves the money: `sandbox://` moves none, and production refuses it."""

    webhook_keys: Secret = ""
    """Keys of the provider's webhooks, `whsec_…`, the newest first, with commas between; empty: made at start."""

    def __post_init__(self) -> None:
        scheme = by_url("payments", self.payments_url, PROVIDERS)
        if self.profile == "production" and scheme == "sandbox":
            raise BadSettings("payments_url: the sandbox moves no money and the profile is production; name a provider")
        if self.webhook_keys:
            try:
                SigningKeys.parse(self.webhook_keys)
            except ValueError as error:
                raise BadSettings(f"webhook_keys: {error}") from error
