"""Settings: from the environment, then `lms.toml`, then the default; each value knows where it came from.

`LMS_COURSE_DATABASE_URL` counts for course alone, `LMS_DATABASE_URL` for every service; in the file `[course]` and
`[lms]`. `{service}` and `{data}` are filled in. Secrets are masked wherever settings are shown.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_type_hints

import msgspec

SECRET = msgspec.Meta(extra={"secret": True})
Secret = Annotated[str, SECRET]
"""A setting that is never shown."""


class BadSettings(ValueError):
    """One line per fault, each naming the setting and where it came from."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What every service can be told. A service adds its own by subclassing."""

    profile: Literal["dev", "production"] = "dev"
    """production refuses sandbox adapters, default keys and development pages."""
    data: str = "data"
    """Folder for embedded databases, keys and the control socket."""
    database_url: Secret = "sqlite:///{data}/{service}.db"
    """`sqlite:///file` or `postgresql://user@host/database`."""
    bus_url: Secret = "memory://"
    """Events between services: `memory://`, `nats://host:4222` or `kafka://host:9092`."""
    broadcast_url: Secret = "memory://"
    """Hints to live instances: `memory://`, `nats://…` or `redis://…`."""
    jwks_url: str = ""
    """Where auth's public keys are; empty: asked from auth in this process."""
    issuer: str = "lms"
    """`iss` of the tokens that are accepted."""
    otlp_url: str = ""
    """OTLP/HTTP collector for traces; empty: ids only."""
    log: Literal["console", "json"] = "console"
    """How log lines look: for people, or for machines."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""
    connections: int = 80
    """Database connections this process may hold, over all services together (PostgreSQL)."""
    request_seconds: float = 30.0
    """A request, head and body, has arrived after this long, or the connection is closed (408)."""
    public_url: str = "http://127.0.0.1:8000"
    """Where people reach the gateway; links in mails begin with it."""


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True)
class Origin:
    """A setting as it stands, for people to read."""

    name: str
    value: str
    source: str


class Source:
    """The environment and the file, read once."""

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        file: Path | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> None:
        """`overrides` come from the command line and win. Raises BadSettings when the file cannot be read."""
        self._environ = dict(os.environ if environ is None else environ)
        path = file or Path(self._environ.get("LMS_CONFIG", "lms.toml"))
        self._overrides = {k: v for k, v in (overrides or {}).items() if v is not None}
        self._path = path
        self._file = _tables(path, wanted=file is None and "LMS_CONFIG" in self._environ)

    def load(self, kind: type[S], service: str) -> S:
        """The settings of a service. Raises BadSettings naming each faulty one."""
        return self.load_with_origins(kind, service)[0]

    def load_with_origins(self, kind: type[S], service: str) -> tuple[S, list[Origin]]:
        """The settings and where each came from; secrets are masked in the origins."""
        hints = get_type_hints(kind, include_extras=True)
        defaults = {f.name: f.default for f in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        origins: list[Origin] = []
        faults: list[str] = []
        for name in kind.__struct_fields__:
            raw, source = self._find(name, service, defaults[name])
            if isinstance(raw, str):
                data = values.get("data", raw)
                raw = raw.replace("{service}", service).replace("{data}", str(data))
            try:
                values[name] = msgspec.convert(raw, hints[name], strict=False)
            except msgspec.ValidationError as error:
                faults.append(f"{name} ({source}): {error}")
            secret = SECRET in getattr(hints[name], "__metadata__", ())
            origins.append(Origin(name, "********" if secret and source != "default" else str(raw), source))
        if faults:
            raise BadSettings("\n".join(faults))
        return kind(**values), origins

    def _find(self, name: str, service: str, default: Any) -> tuple[Any, str]:
        if name in self._overrides:
            return self._overrides[name], "command line"
        for variable in (f"LMS_{service}_{name}".upper(), f"LMS_{name}".upper()):
            if variable in self._environ:
                return self._environ[variable], variable
        for table in (service, "lms"):
            section = self._file.get(table, {})
            if name in section:
                return section[name], f"{self._path} [{table}]"
        return default, "default"


def _tables(path: Path, *, wanted: bool) -> dict[str, dict[str, Any]]:
    """The file's tables; none when there is no file, unless it was asked for. Raises BadSettings."""
    if not path.exists() and not wanted:
        return {}
    try:
        found = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path}: {error}") from error
    for name, table in found.items():
        if not isinstance(table, dict):
            raise BadSettings(f"{path}: {name} stands in no table; for every service it belongs below [lms]")
    return found
