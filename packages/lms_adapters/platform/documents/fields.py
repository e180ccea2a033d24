"""What a class says of its fields: the docstring below each of them."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import Any, is_typeddict

from msgspec import Struct


def words(kind: type[Any]) -> dict[str, str]:
    """The docstring below each field of a class or of its bases, in one line; none where the source cannot be had."""
    own: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if is_typeddict(base) or (issubclass(base, Struct) and base is not Struct):
            own |= _classes(base.__module__).get(base.__qualname__, {})
    return own


@cache
def _classes(module: str) -> dict[str, dict[str, str]]:
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError):
        return {}
    return {node.name: _fields(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(tree: ast.ClassDef) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, following in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (said := _text(following)):
            found[field.target.id] = " ".join(said.split())
    return found


def _text(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
