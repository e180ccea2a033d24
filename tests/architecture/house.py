"""The house as the tests see it: its services, their rooms and modules, and what their manifests say."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from litestar import Controller
from litestar.handlers import HTTPRouteHandler

from lms_adapters.platform.handlers import handlers
from lms_adapters.platform.service import Service

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/service.py"))
WITHOUT_A_DATABASE = {"gateway"}


def folder(service: str) -> Path:
    """Where a service lives."""
    return ROOT / "services" / service


def words(room: Path) -> set[str]:
    """The names of a room's modules."""
    return {path.stem for path in room.glob("*.py")} - {"__init__"}


def sources(top: Path) -> list[Path]:
    """Modules that run in production, of a folder and those below."""
    return sorted(path for path in top.rglob("*.py") if "tests" not in path.relative_to(top).parts)


def modules(service: str, room: str) -> list[ModuleType]:
    """A room's modules."""
    return [
        importlib.import_module(f"services.{service}.{room}.{word}") for word in sorted(words(folder(service) / room))
    ]


@cache
def manifest(service: str) -> Service:
    """A service's manifest."""
    found = importlib.import_module(f"services.{service}.service").SERVICE
    assert isinstance(found, Service)
    return found


def use_cases(service: str) -> list[type[Any]]:
    """What the USE_CASES tuples list."""
    return _listed(service, "USE_CASES")


def steps(service: str) -> list[type[Any]]:
    """What the STEPS tuples list: parts of use cases."""
    return _listed(service, "STEPS")


def _listed(service: str, tuple_: str) -> list[type[Any]]:
    return [kind for module in modules(service, "usecases") for kind in getattr(module, tuple_, ())]


def endpoints(service: str) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Method, public path below /api/v1 as documents write it, and handler, of each endpoint."""
    yield from _endpoints(manifest(service).controllers)


def root_endpoints(service: str) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """The same for what stands at the root."""
    yield from _endpoints(manifest(service).root_controllers)


def _endpoints(controllers: Iterable[type[Controller]]) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for controller in controllers:
        for _, handler in handlers(controller):
            for path in handler.paths:
                whole = f"/{vars(controller)['path']}/{path}".replace("//", "/").rstrip("/")
                for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"}):
                    yield method, _documented(whole), handler


def _documented(path: str) -> str:
    parts = [f"{{{p[1:-1].partition(':')[0]}}}" if p.startswith("{") else p for p in path.split("/") if p]
    return "/" + "/".join(parts)


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each call by its dotted name (`time.sleep`), with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno
