"""What the gateway can be told."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from lms_adapters.platform.settings import BadSettings, Settings


class GatewaySettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    upstreams: str = ""
    """Services in other processes: `auth=http://127.0.0.1:9001,course=http://127.0.0.1:9002`. Others are neighbours."""
    poll_seconds: float = 5.0
    """How often services in other processes are asked what they are."""
    max_body: int = 1024 * 1024
    """Bytes of a request's body; larger ones are 413."""
    deadline_seconds: float = 30.0
    """A request and its answer may take this long, event streams excepted; then 504."""
    idle_seconds: float = 60.0
    """An event stream may be silent this long."""
    person_rate: int = 200
    """Requests a second of somebody signed in; 0: no limit."""
    person_burst: int = 1000
    """How many at once."""
    address_rate: int = 200
    """Requests a second from an address, of those who are not signed in; 0: no limit."""
    address_burst: int = 1000
    """How many at once."""
    credentials_rate: int = 10
    """Sign-ins and registrations a second from an address; 0: no limit."""
    credentials_burst: int = 100
    """How many at once."""
    watch_seconds: float = 2.0
    """How often services are asked how they are doing, while somebody looks at the front page."""
    watch_streams: int = 50
    """How many may watch at once."""
    access_log: bool = True
    """One line a request."""
    trusted_proxies: str = ""
    """Addresses or networks (`10.0.0.0/8,192.0.2.7`) whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    cors_origins: str = ""
    """Origins whose pages may call the API (`https://app.example.org,http://localhost:5173`), or `*`; empty: none."""


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def listed(setting: str) -> tuple[str, ...]:
    """The items of a setting with commas."""
    return tuple(item.strip() for item in setting.split(",") if item.strip())


def addresses(settings: GatewaySettings) -> dict[str, str]:
    """Base URLs by service. Raises BadSettings."""
    found: dict[str, str] = {}
    for item in listed(settings.upstreams):
        name, _, url = item.partition("=")
        parts = urlsplit(url)
        if not name or name in found or parts.scheme not in ("http", "https") or not parts.netloc or parts.path != "":
            raise BadSettings(f"upstreams: {item!r} is not NAME=http://HOST:PORT, or is there twice")
        found[name] = url
    return found


def networks(settings: GatewaySettings) -> tuple[Network, ...]:
    """Where trusted proxies are. Raises BadSettings."""
    try:
        return tuple(ipaddress.ip_network(item) for item in listed(settings.trusted_proxies))
    except ValueError as error:
        raise BadSettings(f"trusted_proxies: {error}") from error
