"""What auth publishes: accounts and roles."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lms_core.domain.events import Event, Person, Personal, event


@event("lms.auth.UserCreated.v1", key="user_id")
class UserCreated(Event, frozen=True, kw_only=True):
    """Somebody registered. The account can sign in."""

    user_id: Person
    email: Personal
    display_name: Personal
    locale: str
    """BCP 47, `en`."""
    created_at: datetime


@event("lms.auth.RoleAssigned.v1", key="user_id")
class RoleAssigned(Event, frozen=True, kw_only=True):
    """A role was given to a user; it counts from their next token on."""

    user_id: UUID
    role: str
    assigned_by: UUID | None
    """None when the operator did it on the command line."""
    assigned_at: datetime


@event("lms.auth.RoleRevoked.v1", key="user_id")
class RoleRevoked(Event, frozen=True, kw_only=True):
    """A role was taken back; tokens that have it count until they expire."""

    user_id: UUID
    role: str
    revoked_by: UUID
    revoked_at: datetime


@event("lms.auth.RegistrationRepeated.v1", key="user_id")
class RegistrationRepeated(Event, frozen=True, kw_only=True):
    """Somebody tried to register an address that has an account: its owner is told, the stranger is not."""

    user_id: UUID
    attempted_at: datetime


@event("lms.auth.UserErased.v1", key="user_id")
class UserErased(Event, frozen=True, kw_only=True):
    """A person has left and is to be forgotten: their account is gone, and so is what says who they were.

    Who receives it keeps nothing but the bare id. Every service's kernel nulls the person's personal fields in its log
    and its inbox by itself; what a service keeps in tables of its own is its own to delete.
    """

    user_id: Person
    erased_at: datetime
