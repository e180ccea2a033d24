"""What handlers want, with and without awaiting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from dishka import AsyncContainer, FromDishka, Has, Provider, Scope, make_async_container

from lms_adapters.web.inject import at_once, inject
from lms_adapters.web.making import maker
from lms_core.domain.errors import Raced


class Shared:
    """Of the process."""


class Mine:
    """Of a request."""


@dataclass
class Ask:
    shared: Shared
    mine: Mine


@dataclass
class Tell:
    mine: Mine


@inject
async def handler(ask: FromDishka[Ask], tell: FromDishka[Tell]) -> tuple[Ask, Tell]:
    return ask, tell


def container(mine: Any = Mine) -> AsyncContainer:
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(Shared, scope=Scope.APP)
    provider.provide(mine, provides=Mine)
    provider.provide_all(Ask, Tell)
    return make_async_container(provider)


async def test_each_call_is_a_request_of_its_own() -> None:
    call = at_once(handler, container())
    assert call is not handler
    (ask, tell), (again, _) = await call(), await call()
    assert ask.mine is tell.mine
    assert ask.mine is not again.mine
    assert ask.shared is again.shared


async def test_the_function_is_written_once_and_not_before_it_is_needed() -> None:
    made: list[Shared] = []

    def shared() -> Shared:
        made.append(Shared())
        return made[-1]

    provider = Provider(scope=Scope.APP)
    provider.provide(shared)
    written = maker(make_async_container(provider), {"shared": Shared})
    assert made == []
    assert written() is written()
    assert written()() == {"shared": made[0]}
    assert len(made) == 1


class Other(Mine):
    """Asked for under another name."""


@dataclass
class Named:
    mine: Mine
    other: Other
    number: int


def _named(number: int, *, other: Other, mine: Mine) -> Named:
    return Named(mine, other, number)


def _seven() -> int:
    return 7


@inject
async def named(ask: FromDishka[Ask], told: FromDishka[Named]) -> tuple[Ask, Named]:
    return ask, told


def named_container(scope: Scope = Scope.REQUEST, **more: Any) -> AsyncContainer:
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(Shared, scope=Scope.APP)
    provider.provide(Other, scope=scope, **more)
    provider.alias(Other, provides=Mine)
    provider.provide(_seven, scope=Scope.APP)
    provider.provide_all(Ask)
    provider.provide(_named)
    return make_async_container(provider)


async def test_aliases_keywords_and_what_is_of_the_process() -> None:
    call = at_once(named, named_container())
    assert call is not named
    (ask, told), (_, again) = await call(), await call()
    assert (told.number, type(told.other)) == (7, Other)
    assert ask.mine is told.mine is told.other
    assert told.other is not again.other


@pytest.mark.parametrize("more", [{"cache": False}, {"scope": Scope.SESSION}, {"when": Has(AsyncContainer)}])
async def test_what_is_made_each_time_or_under_a_condition_is_left_to_the_container(more: dict[str, Any]) -> None:
    assert at_once(named, named_container(**more)) is named


def _same(mine: Mine) -> Mine:
    return mine


async def test_what_is_decorated_is_left_to_the_container() -> None:
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(Mine)
    provider.provide(Tell)
    provider.decorate(_same)

    @inject
    async def tell(tell: FromDishka[Tell]) -> Tell:
        return tell

    assert at_once(tell, make_async_container(provider)) is tell


async def _awaited() -> Mine:
    return Mine()


def _closed() -> Iterator[Mine]:
    yield Mine()


async def _both() -> AsyncIterator[Mine]:
    yield Mine()


@pytest.mark.parametrize("mine", [_awaited, _closed, _both])
async def test_what_must_be_awaited_or_closed_is_left_to_the_container(mine: Any) -> None:
    assert at_once(handler, container(mine)) is handler


async def test_a_handler_around_an_injected_one_stays() -> None:
    async def around() -> object:
        return await handler()  # type: ignore[call-arg]

    around.__dict__.update(handler.__dict__)  # as `functools.wraps` does
    assert at_once(around, container()) is around


async def test_a_request_that_loses_a_race_is_tried_again_with_new_things() -> None:
    seen: list[Mine] = []

    @inject
    async def racing(tell: FromDishka[Tell]) -> None:
        seen.append(tell.mine)
        if len(seen) == 1:
            raise Raced

    await at_once(racing, container())()
    first, second = seen
    assert first is not second
