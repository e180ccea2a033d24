"""What auth can be told."""

from __future__ import annotations

from lms_adapters.platform.settings import BadSettings, Secret, Settings


class AuthSettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    master_key: Secret = ""
    """Encrypts signing keys at rest: 32 bytes in base64url. Empty: kept in the data folder; production wants it set."""
    access_seconds: int = 300
    """How long an access token counts."""
    session_days: int = 30
    """How long a sign-in lasts without being used."""

    def __post_init__(self) -> None:
        if self.profile == "production" and not self.master_key:
            raise BadSettings("master_key: the profile is production, and a key in the data folder is for development")
