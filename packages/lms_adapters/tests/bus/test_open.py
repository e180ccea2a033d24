"""Which adapter a URL opens, and that no driver is imported before."""

import subprocess
import sys

import pytest

from lms_adapters.broadcast import open_broadcast
from lms_adapters.bus import open_bus
from lms_adapters.bus.memory import MemoryBus


def test_no_driver_is_imported_with_the_packages() -> None:
    code = (
        "import sys, lms_adapters.bus, lms_adapters.broadcast, lms_adapters.bus.memory, lms_adapters.broadcast.memory;"
        "print(*{'nats', 'aiokafka', 'faststream', 'redis'} & {*sys.modules})"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == []


async def test_memory() -> None:
    assert isinstance(open_bus("memory://"), MemoryBus)
    await (await open_broadcast("memory://")).close()


@pytest.mark.parametrize("url", ["natz://host", "kafak://host"])
async def test_an_unknown_scheme_names_the_nearest(url: str) -> None:
    with pytest.raises(ValueError, match="did you mean"):
        open_bus(url)


async def test_an_unknown_broadcast() -> None:
    with pytest.raises(ValueError, match="did you mean redis"):
        await open_broadcast("rediz://host")


@pytest.mark.parametrize("query", ["max_age=7", "max_age_days=x", "max_age_days=0", "replicas="])
@pytest.mark.parametrize("scheme", ["nats", "kafka"])
async def test_a_setting_that_is_none(scheme: str, query: str) -> None:
    with pytest.raises(ValueError, match=r"no setting|whole number"):
        open_bus(f"{scheme}://host:1?{query}")


async def test_a_password_for_kafka_is_refused_unsaid() -> None:
    """It would be taken for a part of the host, and stand in every line about it."""
    with pytest.raises(ValueError, match="no user and no password") as refused:
        open_bus("kafka://ada:enigma@host:9092")
    assert "enigma" not in str(refused.value)
