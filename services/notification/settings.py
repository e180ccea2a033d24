"""What notification can be told."""

from __future__ import annotations

from lms_adapters.platform.settings import BadSettings, Secret, Settings


class NotificationSettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    mail_url: Secret = "sandbox://"
    """How mails leave: `sandbox://` keeps them in the service's own database, to be read at its dev mailbox."""
    sms_url: Secret = "sandbox://"
    """How SMS leave; empty: none are sent."""
    push_url: Secret = "sandbox://"
    """How pushes leave; empty: none are sent."""

    streams_per_person: int = 10
    """From how many places one person may follow their inbox at once, in each process; 0: no limit."""

    def __post_init__(self) -> None:
        for name in ("mail_url", "sms_url", "push_url"):
            if self.profile == "production" and getattr(self, name).startswith("sandbox:"):
                raise BadSettings(f"{name}: the profile production refuses sandbox://, which sends nothing")
