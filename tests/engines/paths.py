"""Where the engines' programs are found, and what is said when one is not."""

import os
import shutil
from pathlib import Path

HOME = Path(os.environ.get("LMS_ENGINES_HOME") or Path(__file__).resolve().parents[2] / ".engines")
"""What `make engines` builds goes here: inside the project, ignored by git, safe to delete."""

NATS_SERVER = HOME / "bin" / "nats-server"
KAFKA_HOME = HOME / "kafka"
KAFKA_JARS = KAFKA_HOME / "jars"
KAFKA_ARCHIVE = KAFKA_HOME / "classes.jsa"

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
OLDEST_POSTGRES = 15


class EngineMissing(Exception):
    """The engine is not installed; the message tells how to get it."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} is missing: run `make engines`")


def postgres_bin() -> Path | None:
    """The folder with ``initdb`` and ``postgres``: Debian keeps it off the PATH, one for each major version."""
    versions = {int(folder.name): folder / "bin" for folder in DEBIAN_POSTGRES.glob("[1-9][0-9]")}
    for version in sorted(versions):
        if version >= OLDEST_POSTGRES and (versions[version] / "postgres").exists():
            return versions[version]
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def redis_server() -> Path | None:
    """The ``redis-server`` on the PATH, or where Debian puts it."""
    found = shutil.which("redis-server") or shutil.which("redis-server", path="/usr/bin")
    return Path(found) if found else None


def nats_server() -> Path | None:
    """Our own build only: Debian's 2.9 silently ignores what it does not know (``filter_subjects``, message TTL)."""
    return NATS_SERVER if NATS_SERVER.exists() else None


def kafka_jars() -> list[Path]:
    """Kafka's class path, always in the same order: the class-data archive is valid for exactly that order."""
    return sorted(KAFKA_JARS.glob("*.jar"))


def java() -> Path | None:
    """The Java that JAVA_HOME names, else the one on the PATH."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else None
    found = found or shutil.which("java")
    return Path(found) if found else None
