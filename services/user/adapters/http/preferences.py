"""/users/me/preferences."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, get, put
from litestar.params import JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import Body, View, documented, view
from lms_adapters.web.preconditions import IfMatch, IfNoneMatch, required_version, tagged
from lms_core.domain.people import MAX_TAG
from services.user.domain.preferences import MAX_ZONE, NotificationDefaults
from services.user.usecases.preferences import SetPreferences, ShowPreferences


class ChannelsBody(Body, frozen=True, kw_only=True):
    email: bool
    push: bool
    sms: bool


class TopicChannelsBody(Body, frozen=True, kw_only=True):
    """Null: the general choice counts."""

    enrollment: ChannelsBody | None = None
    progress: ChannelsBody | None = None


class NotificationsBody(Body, frozen=True, kw_only=True):
    email: bool
    in_app: bool
    """Whether clients make something of a message; the inbox holds every one."""
    push: bool
    sms: bool
    topics: TopicChannelsBody = TopicChannelsBody()


class PreferencesBody(Body, frozen=True, kw_only=True):
    locale: Annotated[str, documented(maxLength=MAX_TAG, examples=["en"])]
    """The language of mails and inbox (BCP 47)."""
    time_zone: Annotated[str, documented(maxLength=MAX_ZONE, examples=["Europe/Berlin"])]
    """IANA name."""
    reduced_motion: bool
    """For clients: no movement that is not needed."""
    notifications: NotificationsBody


class ChannelsView(View, kw_only=True):
    email: bool
    push: bool
    sms: bool


class TopicChannelsView(View, kw_only=True):
    enrollment: ChannelsView | None
    progress: ChannelsView | None


class NotificationsView(View, kw_only=True):
    email: bool
    in_app: bool
    """Whether clients make something of a message; the inbox holds every one."""
    push: bool
    sms: bool
    topics: TopicChannelsView


class PreferencesView(View, kw_only=True):
    locale: str
    """The language of mails and inbox (BCP 47)."""
    time_zone: str
    """IANA name."""
    reduced_motion: bool
    """For clients: no movement that is not needed."""
    notifications: NotificationsView


class PreferencesController(Controller):
    path = "/users/me/preferences"

    @get(guards=[requires("profile:read")])
    @inject
    async def show_preferences(
        self, me: Me, show: FromDishka[ShowPreferences], if_none_match: IfNoneMatch = None
    ) -> Response[PreferencesView]:
        preferences = await show(me)
        return tagged(view(preferences, PreferencesView), if_none_match, version=preferences.version, whose=me.id)

    @put(guards=[requires("profile:edit")])
    @inject
    async def set_preferences(
        self, me: Me, data: JSONBody[PreferencesBody], choose: FromDishka[SetPreferences], if_match: IfMatch = None
    ) -> Response[PreferencesView]:
        preferences = await choose(
            me,
            version=required_version(if_match, whose=me.id),
            locale=data.locale,
            time_zone=data.time_zone,
            reduced_motion=data.reduced_motion,
            notifications=view(data.notifications, NotificationDefaults),
        )
        return tagged(view(preferences, PreferencesView), version=preferences.version, whose=me.id)
