"""Installs what is missing through the ordinary package clients: apt-get, go, mvn. A second run has nothing to do."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.engines import paths
from tests.engines.base import Engine, EngineError
from tests.engines.kafka import Kafka, jvm
from tests.engines.nats import Nats
from tests.engines.postgres import Postgres
from tests.engines.redis import Redis

ENGINES: dict[str, type[Engine]] = {"postgres": Postgres, "redis": Redis, "nats": Nats, "kafka": Kafka}

PINNED: dict[type[Engine], str] = {Nats: "2.15.2", Kafka: "4.1.2"}
"""What is built here has one version; PostgreSQL and Redis are whatever the distribution keeps patched."""

NATS_MODULE = f"github.com/nats-io/nats-server/v2@v{PINNED[Nats]}"
COPY_JARS = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
POM = """\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>lms</groupId><artifactId>engines</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{version}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""


class InstallError(Exception):
    """A step could not be done; the message is one line that says what to do."""


def install(names: Iterable[str]) -> bool:
    """Install the named engines, print each step with its duration, and say whether all of them are there now."""
    steps: dict[str, Callable[[], None]] = {
        "postgres": lambda: _debian("postgresql"),
        "redis": lambda: _debian("redis-server"),
        "nats": _nats,
        "kafka": _kafka,
    }
    paths.HOME.mkdir(parents=True, exist_ok=True)
    complete = True
    with (paths.HOME / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once: the second waits, and finds everything there
        for name in names:
            begun = time.monotonic()
            try:
                done = _ensure(ENGINES[name], steps[name])
            except (InstallError, EngineError) as error:
                print(f"{name:9} FAILED   {error}", flush=True)
                complete = False
            else:
                print(f"{name:9} {done}  ({time.monotonic() - begun:.1f} s)", flush=True)
    return complete


def _ensure(engine: type[Engine], step: Callable[[], None]) -> str:
    try:
        version = engine.version()
    except paths.EngineMissing:
        version = ""
    current = version == PINNED.get(engine, version)
    if version and current and not (engine is Kafka and _archive_is_stale()):
        return f"{version} is there"
    print(f"{engine.title}: installing …", flush=True)
    step()
    try:
        return f"{engine.version()} installed"
    except paths.EngineMissing:
        raise InstallError(f"{engine.title} was installed but is not found") from None


def _debian(package: str) -> None:
    """Debian may also start a service of its own on the default port; nothing here uses or touches it."""
    if shutil.which("apt-get") is None:
        raise InstallError(f"there is no apt-get here: install {package} with this system's own package manager")
    if os.geteuid() != 0:
        raise InstallError(f"not root: run `sudo apt-get install {package}`, then `make engines` again")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "-q", "update"], env=quiet)
    _run(["apt-get", "-q", "-y", "--no-install-recommends", "install", package], env=quiet)


def _nats() -> None:
    go = _tool("go", "Go 1.25 or newer")
    _run([go, "install", NATS_MODULE], env={**os.environ, "GOBIN": str(paths.NATS_SERVER.parent), "GOFLAGS": ""})


def _kafka() -> None:
    """The jars first, under their final name only when complete; then the archive of loaded classes."""
    if paths.java() is None:
        raise InstallError("java is missing: install Java 17 or newer (Debian: default-jre-headless)")
    if not paths.kafka_jars() or Kafka.version() != PINNED[Kafka]:
        maven = _tool("mvn", "Maven (Debian: maven)")
        with tempfile.TemporaryDirectory(dir=paths.HOME) as folder:
            pom, jars = Path(folder, "pom.xml"), Path(folder, "jars")
            pom.write_text(POM.format(version=PINNED[Kafka]))
            _run([maven, "-B", "-q", "-f", str(pom), COPY_JARS, "-DincludeScope=runtime", f"-DoutputDirectory={jars}"])
            paths.KAFKA_HOME.mkdir(exist_ok=True)
            shutil.rmtree(paths.KAFKA_JARS, ignore_errors=True)
            jars.rename(paths.KAFKA_JARS)
    _archive_classes()


def _archive_classes() -> None:
    """Run a broker once and keep the classes it loaded: each later start is a second shorter."""
    paths.KAFKA_ARCHIVE.unlink(missing_ok=True)
    unfinished = paths.KAFKA_ARCHIVE.with_suffix(".new")

    class Recording(Kafka):
        def command(self) -> list[str]:
            command = super().command()
            return [*jvm(f"-XX:ArchiveClassesAtExit={unfinished}"), *command[command.index("kafka.Kafka") :]]

    with Recording() as broker:
        broker.halt()
    unfinished.rename(paths.KAFKA_ARCHIVE)


def _archive_is_stale() -> bool:
    """An archive serves one Java and one class path; what either has outlived is ignored by Java, with a warning."""
    archive, program = paths.KAFKA_ARCHIVE, paths.java()
    if program is None or not archive.exists():
        return True
    newest = max(paths.KAFKA_JARS.stat().st_mtime, program.resolve().stat().st_ctime)
    return archive.stat().st_mtime < newest


def _tool(name: str, what: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise InstallError(f"{name} is missing: install {what}")
    return found


def _run(command: list[str], *, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, check=False, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout, flush=True)
        raise InstallError(f"`{' '.join(command[:3])} …` failed with exit code {done.returncode}; its words are above")
