"""Libraries whose private parts we use: another version is looked at before it is used.

Look at what is named here, run the tests (the engines' as well), then write the new version down.
"""

from __future__ import annotations

from importlib.metadata import version

import pytest

REVIEWED = {
    "litestar": ("2.25.0", "web/reads.py: `_kwargs`, `_parsers`"),
    "dishka": ("1.10.1", "web/inject.py: factories and their keys"),
    "uvicorn": ("0.54.0", "platform/protocol.py: what its protocol and request cycle call and keep"),
    "sqlalchemy": ("2.0.58", "sql/reader.py: `_bind_processors`, `_result_columns`, `_cached_result_processor`"),
    "alembic": ("1.20.1", "sql/migrations/runner.py: `_upgrade_revs`, `_downgrade_revs`"),
    "faststream": ("0.7.8", "bus/kafka_connection.py: `_producer`"),
    "nats-py": ("2.16.0", "bus/nats.py, bus/nats_connection.py: `_remove_sub`, `_id`, `_client`"),
    "aiokafka": ("0.14.0", "bus/kafka_connection.py: `_sender`, `_message_accumulator`, and a patch"),
}
"""The version, and where in lms_adapters."""


@pytest.mark.parametrize("library", REVIEWED)
def test_the_installed_version_was_reviewed(library: str) -> None:
    reviewed, where = REVIEWED[library]
    assert version(library) == reviewed, f"{library}: look at {where}"
