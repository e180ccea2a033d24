"""Where a setting comes from, what wins, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.platform.settings import BadSettings, Secret, Settings, Source


class ShopSettings(Settings, frozen=True, kw_only=True):
    """Of a service made for these tests."""

    api_key: Secret = ""
    """Opens the till."""
    tills: int = 1
    """How many."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lms.toml"
    path.write_text('[lms]\ntills = 2\nlog = "json"\n[shop]\ntills = 3\n')
    return path


def origin(source: Source, name: str) -> tuple[str, str]:
    _, origins = source.load_with_origins(ShopSettings, "shop")
    [found] = [o for o in origins if o.name == name]
    return found.value, found.source


@pytest.mark.parametrize(
    ("environ", "overrides", "tills"),
    [
        ({}, {}, ("3", "{file} [shop]")),
        ({"LMS_TILLS": "4"}, {}, ("4", "LMS_TILLS")),
        ({"LMS_TILLS": "4", "LMS_SHOP_TILLS": "5"}, {}, ("5", "LMS_SHOP_TILLS")),
        ({"LMS_SHOP_TILLS": "5"}, {"tills": 6}, ("6", "command line")),
        ({"LMS_SHOP_TILLS": "5"}, {"tills": None}, ("5", "LMS_SHOP_TILLS")),
    ],
)
def test_the_nearer_word_wins(
    file: Path, environ: dict[str, str], overrides: dict[str, int], tills: tuple[str, str]
) -> None:
    value, source = tills
    assert origin(Source(environ, file, overrides), "tills") == (value, source.format(file=file))


def test_what_nobody_says_is_the_default(tmp_path: Path) -> None:
    assert origin(Source({}, tmp_path / "none.toml"), "tills") == ("1", "default")


def test_a_database_is_named_after_service_and_folder(tmp_path: Path) -> None:
    source = Source({"LMS_DATA": "/srv/lms"}, tmp_path / "none.toml")
    assert source.load(ShopSettings, "shop").database_url == "sqlite:////srv/lms/shop.db"


def test_secrets_are_masked_but_not_their_absence(tmp_path: Path) -> None:
    source = Source({"LMS_SHOP_API_KEY": "sesame"}, tmp_path / "none.toml")
    assert source.load(ShopSettings, "shop").api_key == "sesame"
    assert origin(source, "api_key") == ("********", "LMS_SHOP_API_KEY")
    assert origin(Source({}, tmp_path / "none.toml"), "api_key") == ("", "default")


def test_every_fault_is_named_with_its_origin(tmp_path: Path) -> None:
    source = Source({"LMS_TILLS": "many", "LMS_LOG": "xml"}, tmp_path / "none.toml")
    with pytest.raises(BadSettings) as refused:
        source.load(ShopSettings, "shop")
    first, second = str(refused.value).splitlines()
    assert first.startswith("log (LMS_LOG): Invalid enum value 'xml'")
    assert second.startswith("tills (LMS_TILLS): Expected `int`")


@pytest.mark.parametrize("text", ["[lms", "lms = 3\n", "tills = 3\n[shop]\ntills = 'x'\n"])
def test_a_file_that_cannot_be_right_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lms.toml"
    path.write_text(text)
    with pytest.raises(BadSettings, match=r"lms\.toml"):
        Source({}, path).load(ShopSettings, "shop")


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="No such file"):
        Source({"LMS_CONFIG": str(tmp_path / "none.toml")})
