"""A change is made from the version that is there, or refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lms_core.domain.errors import Stale
from lms_core.domain.versions import Versioned


@dataclass(slots=True, kw_only=True)
class Page(Versioned):
    version: int = 3


def test_the_version_that_is_there_may_be_changed() -> None:
    Page().read_as(3)


@pytest.mark.parametrize("read", [2, 4])
def test_another_is_stale_and_told_what_is_there(read: int) -> None:
    with pytest.raises(Stale) as refused:
        Page().read_as(read)
    assert refused.value.facts == {"current": 3}


def test_an_entity_stays_slotted() -> None:
    assert not hasattr(Page(), "__dict__")
