"""What a request wants, made by the function that one would write for it instead of by a walk through a container."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from dishka import AsyncContainer, Scope
from dishka.dependency_source import Factory
from dishka.entities.component import DEFAULT_COMPONENT
from dishka.entities.factory_type import FactoryType
from dishka.entities.key import DependencyKey
from dishka.entities.marker import BoolMarker

_ALWAYS = BoolMarker(value=True)


class Unfit(Exception):
    """Something has to be awaited, chosen or closed, or is made anew each time it is wanted."""


def maker(container: AsyncContainer, wanted: Mapping[str, type[Any]]) -> Callable[[], Callable[[], dict[str, Any]]]:
    """Gives, when it is called, a function that makes what is wanted as Dishka would in a new REQUEST scope.

    What lives in the APP scope is taken from the container with the first call, not before. Raises Unfit.
    """
    recipe = _Recipe(container)
    made = ", ".join(f"{name!r}: {recipe.of(kind)}" for name, kind in wanted.items())
    text = "\n    ".join(["def make():", *recipe.steps, f"return {{{made}}}"])

    @functools.cache
    def function() -> Callable[[], dict[str, Any]]:
        shared = {name: container.get_sync(kind) for name, kind in recipe.shared.items()}
        known: dict[str, Any] = {**recipe.sources, **shared}
        exec(text, known)  # noqa: S102  our own words, and names that we gave
        made: Callable[[], dict[str, Any]] = known["make"]
        return made

    return function


class _Recipe:
    """Written down as it is walked: `_1 = _make_1(_shared_0, _0)`."""

    def __init__(self, container: AsyncContainer) -> None:
        self._request = container()
        self._names: dict[DependencyKey, str] = {}
        """Who wants the same thing gets the same."""
        self.steps: list[str] = []
        self.sources: dict[str, Any] = {}
        self.shared: dict[str, Any] = {}

    def of(self, kind: type[Any]) -> str:
        """The name that it has in the text."""
        return self._of(self._request, DependencyKey(kind, DEFAULT_COMPONENT))

    def _of(self, scope: AsyncContainer, key: DependencyKey) -> str:
        factory = scope.registry.get_factory(key)
        if factory is None:
            if scope.parent_container is None:
                raise Unfit(key)
            return self._of(scope.parent_container, key)
        if factory.when_active not in (None, _ALWAYS) or factory.when_dependencies:
            raise Unfit(key)
        if factory.type is FactoryType.ALIAS:
            return self._of(scope, factory.dependencies[0])
        if key not in self._names:
            self._names[key] = self._written(scope, key, factory)
        return self._names[key]

    def _written(self, scope: AsyncContainer, key: DependencyKey, factory: Factory) -> str:
        arguments = [self._of(scope, need) for need in factory.dependencies]
        arguments += [f"{name}={self._of(scope, need)}" for name, need in factory.kw_dependencies.items()]
        usual = key == DependencyKey(key.type_hint, DEFAULT_COMPONENT)  # of no component, and decorated by nothing
        if not (usual and factory.cache and factory.type is FactoryType.FACTORY):
            raise Unfit(key)
        number = len(self._names)
        if factory.scope is Scope.APP:
            self.shared[f"_shared_{number}"] = key.type_hint
            return f"_shared_{number}"
        if factory.scope is not Scope.REQUEST:
            raise Unfit(key)
        self.sources[f"_make_{number}"] = factory.source
        self.steps.append(f"_{number} = _make_{number}({', '.join(arguments)})")
        return f"_{number}"
