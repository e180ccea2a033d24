"""Pages for people: one layout, one navigation, one stylesheet, strict headers.

pages = Pages("services.notification", dev=settings.profile == "dev")     # templates in adapters/http/pages/
return pages.page("mailbox.html", here="/dev/mailbox", title="Mailbox", mails=mails)

A template extends `layout.html` and fills its block `main`. Nothing stands inline: scripts and styles are files, or the
browser does not run them. The gateway serves the shared ones below `/assets/`.
What is refused is a page too: see `refusing`.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response

from lms_adapters.telemetry import tracing
from lms_core.domain.errors import NotFound
from lms_core.domain.time import from_ms

ASSETS = "/assets"
NAVIGATION = (("/", "Overview"), ("/docs", "API"), ("/docs/events", "Events"))
DEVELOPMENT = (("/dev/mailbox", "Mailbox"), ("/dev/payments", "Payments"))
"""What the profile dev has beside."""
_POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "vary": "Accept",
    "x-frame-options": "DENY",
}
_WEIGHT = re.compile(r"\bq=([01](?:\.[0-9]{0,3})?)(?![0-9.])")
_FOREVER = "public, max-age=31536000, immutable"


def policy(allow: Mapping[str, str] | None = None) -> str:
    """The Content-Security-Policy; `allow` changes directives: `{"frame-src": "'self'"}`."""
    return "; ".join(f"{name} {sources}" for name, sources in (_POLICY | dict(allow or {})).items())


def for_people(accept: str | None) -> bool:
    """Whether who asks would rather have a page than JSON: a browser says so, a program says nothing of the kind."""
    wishes = {"text/html": 0.0, "application/json": 0.0}
    for part in (accept or "").split(","):
        name, _, parameters = part.partition(";")
        weight = _WEIGHT.search(parameters)
        if name.strip().lower() in wishes:
            wishes[name.strip().lower()] = float(weight[1]) if weight is not None else 1.0
    return wishes["text/html"] > wishes["application/json"]


class Turns(NamedTuple):
    """Addresses of other pages of a list, empty where there is none; `pager.html` shows them."""

    newest: str
    older: str


class Asset(NamedTuple):
    """A file that pages refer to."""

    body: bytes
    media_type: str
    tag: str
    """Of its content."""


class Assets:
    """Files, and those of folders, under one path, each read once."""

    def __init__(self, path: str, *sources: Traversable) -> None:
        """`path`: where they are served, such as `/assets`."""
        self._path = path
        self._files: dict[str, Asset] = {}
        for source in sources:
            for file in source.iterdir() if source.is_dir() else (source,):
                kind, _ = mimetypes.guess_type(file.name)
                body = file.read_bytes()
                tag = hashlib.sha256(body).hexdigest()[:16]
                self._files[file.name] = Asset(body, kind or "application/octet-stream", tag)

    def url(self, name: str) -> str:
        """The address of this version of a file: it may be kept for ever. Raises KeyError."""
        return f"{self._path}/{name}?v={self._files[name].tag}"

    def answer(self, name: str, *, version: str | None = None, if_none_match: str | None = None) -> Response[Any]:
        """The file; 304 while the browser has it. Raises NotFound."""
        asset = self._files.get(name)
        if asset is None:
            raise NotFound("no such file")
        tag = f'"{asset.tag}"'
        headers = {"etag": tag, "x-content-type-options": "nosniff"}
        headers["cache-control"] = _FOREVER if version == asset.tag else "no-cache"
        if if_none_match is not None and tag in if_none_match:
            return Response(None, status_code=304, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=headers)


def utc(milliseconds: int) -> str:
    """Unix milliseconds as `2026-11-27T16:25:00.123`, in UTC."""
    return from_ms(milliseconds).isoformat(timespec="milliseconds").removesuffix("+00:00")


def turns(path: str, cursor: str | None, following: str | None, chosen: Mapping[str, str] | None = None) -> Turns:
    """Where a page of a list leads to, after `cursor` and before what follows; `chosen` stays chosen."""
    older = urlencode({**(chosen or {}), "cursor": following}) if following else ""
    newest = f"{path}?{urlencode(chosen)}" if chosen else path
    return Turns(newest=newest if cursor else "", older=f"{path}?{older}" if older else "")


def shared(*more: Traversable) -> Assets:
    """What every page refers to, and `more` files or folders: served by the gateway."""
    return Assets(ASSETS, resources.files(__name__) / "assets", *more)


class Pages:
    """A service's templates within the common layout."""

    def __init__(
        self,
        package: str,
        *,
        dev: bool,
        assets: Assets | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        """Templates are in `adapters/http/pages/` of the service's package; `asset(NAME)` in them is of `assets`.

        `filters` stand beside Jinja's own and `utc`; times are written by the macros in `time.html`.
        """
        self.assets = assets or shared()
        own, common = PackageLoader(package, "adapters/http/pages"), PackageLoader(__name__, "templates")
        self._environment = Environment(
            loader=ChoiceLoader([own, common]),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"utc": utc, **(filters or {})}
        self._environment.globals |= {
            "navigation": (*NAVIGATION, *(DEVELOPMENT if dev else ())),
            "asset": self.assets.url,
            "common": shared().url,
        }

    def page(
        self,
        template: str,
        *,
        here: str,
        title: str,
        status: int = 200,
        allow: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response[str]:
        """The template as an answer. `here` is the page's own address in the navigation, `allow` see `policy`."""
        body = self._environment.get_template(template).render(
            here=here, title=title, trace_id=tracing.trace_id(), **values
        )
        headers = {**_HEADERS, "content-security-policy": policy(allow)}
        return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)
