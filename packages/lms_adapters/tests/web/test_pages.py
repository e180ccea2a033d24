"""Pages: the layout around a service's template, the navigation, the headers, and the files that belong to it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from lms_adapters.web.pages import Assets, Pages, policy, shared, turns
from lms_core.domain.errors import NotFound

TEMPLATES = {
    "hello.html": '{% extends "layout.html" %}{% block main %}<h1>{{ name }}</h1>{% endblock %}',
    "assets.html": '{% extends "layout.html" %}{% block head %}{{ asset("own.js") }}{% endblock %}',
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A service with two templates and a script."""
    folder = tmp_path / "paged/adapters/http/pages"
    (folder / "assets").mkdir(parents=True)
    (tmp_path / "paged/__init__.py").touch()
    for name, text in TEMPLATES.items():
        (folder / name).write_text(text)
    (folder / "assets/own.js").write_text("1")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "paged", raising=False)
    return "paged"


def marked(page: str) -> list[tuple[str, bool]]:
    """Where the navigation leads, and which is marked as here."""
    [inside] = re.findall(r"<nav.*?</nav>", page, re.DOTALL)
    return [(path, bool(here)) for path, here in re.findall(r'href="([^"]*)"( aria-current="page")?', inside)]


def test_the_navigation_leads_to_every_page_and_marks_this_one(package: str) -> None:
    page = Pages(package, dev=True).page("hello.html", here="/docs", title="API", name="x").content
    paths = ["/", "/docs", "/docs/events", "/dev/mailbox", "/dev/payments"]
    assert marked(page) == [(path, path == "/docs") for path in paths]
    assert "<title>API · LMS</title>" in page
    landmarks = ['<a class="skip" href="#main">', "<header", "<nav aria-label=", '<main id="main"', "<footer"]
    assert [part for part in landmarks if page.count(part) != 1] == []


def test_production_has_no_pages_of_development(package: str) -> None:
    page = Pages(package, dev=False).page("hello.html", here="/", title="x", name="x").content
    assert "/dev/" not in page


def test_every_page_has_the_script_that_writes_times_as_the_reader_does(package: str) -> None:
    page = Pages(package, dev=True).page("hello.html", here="/", title="x", name="x").content
    assert f'<script type="module" src="{shared().url("times.js")}"></script>' in page


def test_what_is_filled_in_is_text(package: str) -> None:
    page = Pages(package, dev=True).page("hello.html", here="/", title="<i>", name="<script>").content
    assert "<h1>&lt;script&gt;</h1>" in page
    assert "<title>&lt;i&gt; · LMS</title>" in page


def test_what_is_missing_is_an_error(package: str) -> None:
    with pytest.raises(UndefinedError):
        Pages(package, dev=True).page("hello.html", here="/", title="x")


def test_headers_are_strict_and_the_layout_keeps_to_them(package: str) -> None:
    answer = Pages(package, dev=True).page("hello.html", here="/", title="x", name="x")
    assert answer.headers["content-security-policy"] == (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=|(src|href)=\"https?:", answer.content) is None
    assert "frame-src 'self'" in policy({"frame-src": "'self'"})


def test_a_service_has_files_of_its_own_beside_the_shared_ones(package: str, tmp_path: Path) -> None:
    own = Assets("/dev/mailbox/assets", tmp_path / "paged/adapters/http/pages/assets")
    page = Pages(package, dev=True, assets=own).page("assets.html", here="/", title="x").content
    assert "/dev/mailbox/assets/own.js?v=" in page
    assert "/assets/style.css?v=" in page


def test_a_file_is_kept_for_ever_under_the_address_that_names_its_version() -> None:
    files = shared()
    path, _, version = files.url("style.css").partition("?v=")
    assert path == "/assets/style.css"
    answer = files.answer("style.css", version=version)
    assert answer is not None
    assert (answer.headers["etag"], answer.media_type) == (f'"{version}"', "text/css")
    assert "immutable" in answer.headers["cache-control"]

    old = files.answer("style.css", version="old")
    assert old is not None
    assert old.headers["cache-control"] == "no-cache"

    unchanged = files.answer("style.css", if_none_match=f'"x", "{version}"')
    assert unchanged is not None
    assert (unchanged.status_code, unchanged.content) == (304, None)
    with pytest.raises(NotFound):
        files.answer("../layout.html")


def test_the_stylesheet_serves_both_schemes_and_still_hands() -> None:
    answer = shared().answer("style.css")
    assert answer is not None
    style = answer.content.decode()
    for part in ("prefers-color-scheme: dark", "prefers-reduced-motion: reduce", ":focus-visible", "forced-colors"):
        assert part in style
    assert "http" not in style


@pytest.mark.parametrize(
    ("cursor", "following", "chosen", "expected"),
    [
        (None, None, None, ("", "")),
        (None, "b&c", None, ("", "/list?cursor=b%26c")),
        ("a", None, None, ("/list", "")),
        ("a", "b", {"channel": "sms"}, ("/list?channel=sms", "/list?channel=sms&cursor=b")),
    ],
)
def test_a_list_leads_to_its_other_pages_as_it_was_chosen(
    cursor: str | None, following: str | None, chosen: dict[str, str] | None, expected: tuple[str, str]
) -> None:
    assert turns("/list", cursor, following, chosen) == expected
