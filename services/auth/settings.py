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
    account_attempts: int = 10
    """Wrong passwords for one account before each makes the next wait longer."""
    address_attempts: int = 100
    """The same for one address of the net, over all accounts."""
    lockout_minutes: int = 15
    """The longest wait, and the time in which one wrong password for an account is forgotten."""

    def __post_init__(self) -> None:
        for name in ("account_attempts", "address_attempts", "lockout_minutes"):
            if getattr(self, name) < 1:
                raise BadSettings(f"{name}: at least 1")
        if self.profile == "production" and not self.master_key:
            raise BadSettings("master_key: the profile is production, and a key in the data folder is for development")
