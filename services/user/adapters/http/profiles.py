"""/users: profiles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, patch
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, documented, view
from lms_adapters.web.preconditions import IfMatch, IfNoneMatch, required_version, tagged
from lms_core.domain.people import MAX_NAME
from services.user.domain.profiles import MAX_BIO
from services.user.usecases.profiles import EditProfile, ListProfiles, ShowMyProfile, ShowProfile


class EditProfileBody(Body, frozen=True, kw_only=True):
    display_name: Annotated[str, documented(minLength=1, maxLength=MAX_NAME, examples=["Ada Lovelace"])] | UnsetType = (
        UNSET
    )
    bio: Annotated[str, documented(maxLength=MAX_BIO, examples=["Mathematics and poetry."])] | UnsetType = UNSET


class MyProfileView(View, kw_only=True):
    """Your profile, as you see it."""

    id: UUID
    display_name: str
    bio: str
    created_at: datetime
    updated_at: datetime


class ProfileView(View, kw_only=True):
    """A profile, as others see it."""

    id: UUID
    display_name: str
    bio: str


PROFILES = Collection(ProfileView, sort=("id",), filters=("id",), required=("id",))


class ProfilesController(Controller):
    path = "/users"

    @PROFILES.get(guards=[requires("profile:read")])
    @inject
    async def list_profiles(self, wanted: Wanted, profiles: FromDishka[ListProfiles]) -> Response[Page[ProfileView]]:
        return PROFILES.page(wanted, await profiles(wanted))

    @get("/me", guards=[requires("profile:read")])
    @inject
    async def show_me(
        self, me: Me, show: FromDishka[ShowMyProfile], if_none_match: IfNoneMatch = None
    ) -> Response[MyProfileView]:
        profile = await show(me)
        return tagged(view(profile, MyProfileView), if_none_match, version=profile.version, whose=me.id)

    @patch("/me", guards=[requires("profile:edit")])
    @inject
    async def edit_me(
        self, me: Me, data: JSONBody[EditProfileBody], edit: FromDishka[EditProfile], if_match: IfMatch = None
    ) -> Response[MyProfileView]:
        profile = await edit(
            me,
            version=required_version(if_match, whose=me.id),
            display_name=None if data.display_name is UNSET else data.display_name,
            bio=None if data.bio is UNSET else data.bio,
        )
        return tagged(view(profile, MyProfileView), version=profile.version, whose=me.id)

    @get("/{user_id:uuid}", guards=[requires("profile:read")])
    @inject
    async def show_profile(
        self, user_id: FromPath[UUID], show: FromDishka[ShowProfile], if_none_match: IfNoneMatch = None
    ) -> Response[ProfileView]:
        return tagged(view(await show(user_id), ProfileView), if_none_match)
