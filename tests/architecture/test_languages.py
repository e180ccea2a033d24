"""Every language that there is can tell every refusal: titles, details and faults, and nothing that nobody says."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_adapters.web.languages import Catalogue, catalogues
from lms_adapters.web.problems import CRASHED
from lms_core.domain.errors import Refusal, Unavailable
from lms_core.testing.fakes import fake_id
from services.course.service import SERVICE as COURSE
from tests.architecture.house import ROOT, SERVICES, folder, sources

KERNEL = "kernel"
OWNERS = [KERNEL, *SERVICES]
COURSES = "/api/v1/courses"
BESIDE = {"internal", "http/405"}
"""Problems that are no refusals."""
_SLOT = re.compile(r"\{(\w+)\}")


def places(owner: str) -> list[Path]:
    """Where an owner's code is."""
    if owner != KERNEL:
        return sources(folder(owner))
    kernel = [*sources(ROOT / "packages/lms_core"), *sources(ROOT / "packages/lms_adapters")]
    return [path for path in kernel if "documents" not in path.parts]  # these hold examples of what others say


def languages(owner: str) -> dict[str, Catalogue]:
    """An owner's catalogues."""
    if owner == KERNEL:
        return catalogues("lms_adapters.web", "locales")
    return catalogues(f"services.{owner}", "adapters/http/locales")


@cache
def refusals() -> dict[str, type[Refusal]]:
    """Every kind by the name of its class."""
    for service in SERVICES:
        for path in sources(folder(service)):
            if "migrations" not in path.parts and path.name != "__main__.py":
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))

    def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        yield kind
        for one in kind.__subclasses__():
            yield from below(one)

    return {kind.__name__: kind for kind in below(Refusal) if ".tests." not in kind.__module__}


def codes(owner: str) -> set[str]:
    """Those that an owner brings in."""
    begins = f"services.{owner}." if owner != KERNEL else "lms_"
    return {kind.code for kind in refusals().values() if kind.__module__.startswith(begins) and "code" in vars(kind)}


@cache
def details(owner: str, *, every: bool = False) -> list[tuple[str, ast.expr]]:
    """What an owner's refusals and faults say, each with its place; why something is unavailable only with `every`."""
    return list(_details(owner, every=every))


def _details(owner: str, *, every: bool) -> Iterator[tuple[str, ast.expr]]:
    for path in places(owner):
        for node in ast.walk(ast.parse(path.read_text())):
            where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "detail":
                        yield where, value
            elif isinstance(node, ast.Call):
                *_, called = (whole := ast.unparse(node.func).split("."))
                kind = refusals().get(whole[-2] if called == "at" and len(whole) > 1 else called)
                if kind is not None and node.args and (every or not issubclass(kind, Unavailable)):
                    yield where, node.args[1 if called == "at" else 0]
                elif whole[-1] in ("fault", "_fault", "_Kind", "_Plain") and len(node.args) > 1:
                    yield where, node.args[1 if whole[-1] in ("_Kind", "_Plain") else -1]


def sentences(owner: str, *, every: bool = False) -> dict[str, str]:
    """The literal ones, with a place for each."""
    found: dict[str, str] = {}
    for where, value in details(owner, every=every):
        for part in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                found[part.value] = where
    return found


def test_there_are_languages() -> None:
    assert "de" in languages(KERNEL)


@pytest.mark.parametrize("owner", OWNERS)
def test_a_sentence_names_its_facts_and_does_not_hold_them(owner: str) -> None:
    """Nor what is no caller's business: a path, an address or a driver's words are an Unavailable's note."""
    told = [(where, value, ast.unparse(value)) for where, value in details(owner, every=True)]
    assert [where for where, value, said in told if isinstance(value, ast.JoinedStr) or "repr(" in said] == []


@pytest.mark.parametrize("owner", OWNERS)
def test_every_refusal_has_its_title(owner: str) -> None:
    for tag in languages(KERNEL):
        titles = set(languages(owner).get(tag, {}).get("titles", {}))
        assert titles == codes(owner) | (BESIDE if owner == KERNEL else set()), (owner, tag)


@pytest.mark.parametrize("owner", OWNERS)
def test_every_sentence_can_be_told(owner: str) -> None:
    for tag in languages(KERNEL):
        known = set(languages(KERNEL)[tag]["sentences"]) | set(languages(owner).get(tag, {}).get("sentences", {}))
        missing = {said: where for said, where in sentences(owner).items() if said not in known}
        assert missing == {}, (owner, tag)


@pytest.mark.parametrize("owner", OWNERS)
def test_nothing_is_translated_that_nobody_says(owner: str) -> None:
    said = set(sentences(owner, every=True))
    for tag, catalogue in languages(owner).items():
        assert set(catalogue.get("sentences", {})) - said == set(), (owner, tag)


@pytest.mark.parametrize("owner", OWNERS)
def test_a_translation_names_the_same_facts(owner: str) -> None:
    for tag, catalogue in languages(owner).items():
        for english, here in catalogue.get("sentences", {}).items():
            assert set(_SLOT.findall(here)) <= set(_SLOT.findall(english)), (owner, tag, english)


async def test_a_service_answers_in_the_callers_language(tmp_path: Path) -> None:
    async with ServiceUnderTest(COURSE, tmp_path) as service:
        client = service.client("instructor")
        client.headers["accept-language"] = "de-AT, en;q=0.5"
        asked = [
            (404, "Das gibt es nicht, oder du darfst nichts davon wissen", await client.get(f"{COURSES}/{fake_id(9)}")),
            (400, "Die Anfrage ist nicht gültig", await client.post(COURSES, json={"title": " "})),
            (405, "Diese Methode gibt es hier nicht", await client.delete(COURSES)),
            (401, "Melde dich zuerst an", await client.get(COURSES, headers={"authorization": "Bearer x"})),
        ]
        for status, title, answer in asked:
            assert (answer.status_code, answer.json()["title"]) == (status, title)
            assert (answer.headers["content-language"], answer.headers["vary"]) == ("de", "Accept-Language")
        [fault] = asked[1][2].json()["errors"]
        assert (fault["pointer"], fault["most"]) == ("#/title", 200)
        assert fault["detail"] == "muss 1 bis 200 Zeichen ohne Steuerzeichen haben"
        english = await client.get(COURSES, headers={"accept-language": "en", "authorization": "Bearer x"})
        assert (english.json()["detail"], english.headers["content-language"]) == ("the token is not valid", "en")
        fine = await client.get(COURSES)
        assert (fine.status_code, "content-language" in fine.headers, fine.headers.get("vary")) == (200, False, None)


def test_our_own_faults_have_a_title() -> None:
    assert all(catalogue["titles"]["internal"] != CRASHED for catalogue in languages(KERNEL).values())
