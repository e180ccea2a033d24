"""Which adapter stands behind which port."""

from __future__ import annotations

from datetime import timedelta

from dishka import Provider, Scope

from services.progress.adapters.sql.completion import SqlStandings
from services.progress.adapters.sql.proof import SqlActivityLog
from services.progress.adapters.sql.tracking import SqlOutlines, SqlTracks
from services.progress.ports.completion import Standings
from services.progress.ports.proof import ActivityLog
from services.progress.ports.tracking import Outlines, Tracks
from services.progress.settings import ProgressSettings
from services.progress.usecases import completion, proof, tracking
from services.progress.usecases.tracking import RecordingPolicy


def recording_policy(settings: ProgressSettings) -> RecordingPolicy:
    """What is believed of devices, from the settings."""
    return RecordingPolicy(ahead=timedelta(seconds=settings.ahead_seconds))


def wiring() -> Provider:
    """The provider of progress's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlOutlines, provides=Outlines)
    provider.provide(SqlTracks, provides=Tracks)
    provider.provide(SqlStandings, provides=Standings)
    provider.provide(SqlActivityLog, provides=ActivityLog)
    provider.provide(recording_policy, scope=Scope.APP)
    provider.provide_all(*tracking.USE_CASES, *completion.USE_CASES, *proof.USE_CASES)
    return provider
