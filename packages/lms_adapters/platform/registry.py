"""Which services and which adapters there are: our own, and third parties' through entry points."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lms_adapters.platform.service import Service

KERNEL_VERSION = (0, 1)
SERVICES_GROUP = "lms.services"
ADAPTERS_GROUP = "lms.adapters"


class UnknownScheme(ValueError):
    """A URL whose scheme no adapter answers to."""


def by_url(port: str, url: str, known: Sequence[str]) -> str:
    """The scheme of `url` if it is one of `known` or of an installed third party, without a `+variant`.

    Raises UnknownScheme, a ValueError that names the nearest known scheme.
    """
    scheme = url.partition(":")[0].partition("+")[0].lower()
    scheme = {"postgres": "postgresql"}.get(scheme, scheme)
    if scheme in known or _entry(port, scheme) is not None:
        return scheme
    near = difflib.get_close_matches(scheme, known, 1, 0.4)
    hint = f"did you mean {near[0]}://?" if near else f"known: {', '.join(f'{k}://' for k in known)}"
    raise UnknownScheme(f"no {port} adapter for {scheme}://; {hint}")


def third_party(port: str, scheme: str) -> Callable[[str], Any]:
    """Someone else's adapter, opened with the URL: the entry point `<port>.<scheme>` in the group lms.adapters.

    For the last case of a match on `by_url`, which has seen that it is there.
    """
    entry = _entry(port, scheme)
    if entry is None:
        raise UnknownScheme(f"no {port} adapter for {scheme}://")
    opener: Callable[[str], Any] = entry.load()
    return opener


def _entry(port: str, scheme: str) -> EntryPoint | None:
    return next(iter(entry_points(group=ADAPTERS_GROUP, name=f"{port}.{scheme}")), None)


@dataclass(frozen=True, slots=True)
class Plugin:
    """A service that was found, and whether it can be used."""

    name: str
    source: str
    """`built-in`, or the distribution it comes from."""
    version: str
    service: Service | None
    state: str
    """`ok`, or why it is left out."""


def discover(built_in: Iterable[Service], version: str) -> list[Plugin]:
    """Our services, then third parties'. A broken plugin is named and left out; the rest starts."""
    plugins = [Plugin(s.name, "built-in", version, s, "ok") for s in built_in]
    names = {p.name for p in plugins}
    for entry in sorted(entry_points(group=SERVICES_GROUP), key=lambda e: e.name):
        source = entry.dist.name if entry.dist else "unknown"
        dist_version = entry.dist.version if entry.dist else "?"
        plugin = _load(entry, source, dist_version, names)
        if plugin.service is not None:
            names.add(plugin.name)
        plugins.append(plugin)
    return plugins


def _load(entry: EntryPoint, source: str, version: str, taken: set[str]) -> Plugin:
    from lms_adapters.platform.service import Service

    try:
        service = entry.load()
        if not isinstance(service, Service):
            raise TypeError(f"{entry.value} is not a Service")
        if service.name in taken:
            raise ValueError(f"the name {service.name} is taken")
        low, high = service.kernel
        if not low <= KERNEL_VERSION < high:
            raise ValueError(f"fits kernel {low} up to {high}, this is {KERNEL_VERSION}")
    except Exception as error:  # noqa: BLE001  whatever a stranger's import raises must not stop the platform
        return Plugin(entry.name, source, version, None, f"left out: {type(error).__name__}: {error}")
    return Plugin(service.name, source, version, service, "ok")
