"""Roles of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Conflict, Invalid
from lms_core.security.permissions import ROLES


class LastAdministrator(Conflict, code="auth/last-administrator"):
    """Nobody else is an administrator: make somebody one first."""


@dataclass(slots=True, kw_only=True)
class RoleAssignment:
    """A person has a role."""

    user_id: UUID
    role: str
    assigned_at: datetime


def known_role(role: str) -> str:
    """Raises Invalid at #/role for a role that does not exist."""
    if role not in ROLES:
        raise Invalid.at("#/role", "must be one of {known}", known=", ".join(sorted(ROLES)))
    return role
