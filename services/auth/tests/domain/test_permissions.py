"""Roles that exist, and those that do not."""

from __future__ import annotations

import pytest

from lms_core.domain.errors import Invalid
from lms_core.security.permissions import ROLES
from services.auth.domain.permissions import known_role


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_of_the_platform_can_be_given(role: str) -> None:
    assert known_role(role) == role


@pytest.mark.parametrize("role", ["", "Admin", "root", "learner "])
def test_others_cannot(role: str) -> None:
    with pytest.raises(Invalid, match="must be one of"):
        known_role(role)
