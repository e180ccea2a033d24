"""Roles and the permissions they carry: `<resource>:<verb>`. Handlers ask for permissions, never for roles."""

from __future__ import annotations

from typing import Final

LEARNER: Final = "learner"
INSTRUCTOR: Final = "instructor"
ADMIN: Final = "admin"

_LEARNER = {
    "account:erase",
    "profile:read",
    "profile:edit",
    "course:read",
    "course:enroll",
    "enrollment:read",
    "content:read",
    "progress:record",
    "progress:read",
    "payment-method:manage",
    "invoice:read",
    "notification:read",
    "device:manage",
}
_INSTRUCTOR = _LEARNER | {"course:author", "course:publish", "price:set", "analytics:read"}
_ADMIN = _INSTRUCTOR | {"role:assign", "course:administer", "platform:watch"}

ROLES: Final[dict[str, frozenset[str]]] = {
    LEARNER: frozenset(_LEARNER),
    INSTRUCTOR: frozenset(_INSTRUCTOR),
    ADMIN: frozenset(_ADMIN),
}


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """Everything the roles allow; unknown roles allow nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))
