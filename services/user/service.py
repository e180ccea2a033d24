"""user on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service, on
from lms_core.contracts.auth import UserCreated, UserErased
from lms_core.contracts.user import ProfileUpdated
from services.user.adapters.http.preferences import PreferencesController
from services.user.adapters.http.profiles import ProfilesController
from services.user.adapters.sql.base import Row
from services.user.settings import UserSettings
from services.user.usecases.erasure import EraseProfile
from services.user.usecases.profiles import CreateProfile
from services.user.wiring import wiring

SERVICE = Service(
    name="user",
    summary="Who somebody is to others, and how they want the platform to be for them.",
    routes=("/users",),
    controllers=(ProfilesController, PreferencesController),
    publishes=(ProfileUpdated,),
    subscribes=(
        on(UserCreated, CreateProfile, name="user.create-profile"),
        on(UserErased, EraseProfile, name="user.erase-profile"),
    ),
    wiring=wiring,
    settings=UserSettings,
    tables=Row.metadata,
)
