"""Profiles on SQL: what is kept comes back, once for each person, and a lost race is a conflict."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dishka import AsyncContainer

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.domain.errors import Conflict, NotFound, Raced
from lms_core.ports.uow import UnitOfWork
from lms_core.testing.fakes import MORNING, fake_id
from services.user.domain.profiles import Profile
from services.user.ports.profiles import Profiles
from services.user.service import SERVICE


def ada() -> Profile:
    return Profile(
        id=fake_id(7), display_name="Ada", bio="“Notes”, by A. A. L.\n", created_at=MORNING, updated_at=MORNING
    )


@asynccontextmanager
async def working(container: AsyncContainer) -> AsyncIterator[Profiles]:
    """The repository inside a unit of work."""
    async with container() as scope, await scope.get(UnitOfWork):
        yield await scope.get(Profiles)


@pytest.fixture
async def container(tmp_path: Path) -> AsyncIterator[AsyncContainer]:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        yield service.platform.container("user")


async def test_what_is_kept_comes_back_and_is_shown(container: AsyncContainer) -> None:
    async with working(container) as profiles:
        await profiles.add(ada())
    async with working(container) as profiles:
        assert await profiles.get(fake_id(7)) == ada()
    async with container() as scope:
        profiles = await scope.get(Profiles)
        assert await profiles.show(fake_id(7)) == ada()
        assert await profiles.show(fake_id(8)) is None


async def test_there_is_one_for_each_person(container: AsyncContainer) -> None:
    async with working(container) as profiles:
        await profiles.add(ada())

    async def again() -> None:
        async with working(container) as profiles:
            await profiles.add(ada())

    async def nobody() -> None:
        async with working(container) as profiles:
            await profiles.get(fake_id(8))

    with pytest.raises(Conflict):
        await again()
    with pytest.raises(NotFound):
        await nobody()


async def test_an_update_raises_the_version_and_an_old_one_loses(container: AsyncContainer) -> None:
    async with working(container) as profiles:
        await profiles.add(ada())
    async with working(container) as profiles:
        profile = await profiles.get(fake_id(7))
        profile.bio = "more"
        await profiles.update(profile)
        assert profile.version == 2

    async def late() -> None:
        async with working(container) as profiles:
            await profiles.update(ada())

    with pytest.raises(Raced):
        await late()
    async with working(container) as profiles:
        assert (await profiles.get(fake_id(7))).bio == "more"
