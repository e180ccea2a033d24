"""A private Kafka broker (KRaft, one node, its own controller)."""

import base64
import os
import struct
import uuid
from pathlib import Path
from typing import ClassVar

from tests.engines.base import Engine
from tests.engines.paths import KAFKA_ARCHIVE, EngineMissing, java, kafka_jars
from tests.engines.process import free_port
from tests.engines.wire import Wire

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
auto.create.topics.enable=false
# One broker: every internal topic has one copy and one partition.
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Nobody to wait for: groups form and commit at once, and a killed broker may come back after 2 seconds, not 9.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
group.coordinator.append.linger.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
log.cleaner.dedupe.buffer.size=2097152
"""

JVM = "-Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
QUIET = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
METADATA = 3


class Kafka(Engine):
    """``kafka://127.0.0.1:P``; `bootstrap` is the same without the scheme. Topics are not created by themselves."""

    title: ClassVar[str] = "Kafka"
    scheme: ClassVar[str] = "kafka"

    def __init__(self) -> None:
        super().__init__()
        self._controller = 0
        self._cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")

    @classmethod
    def require(cls) -> None:
        if java() is None or not kafka_jars():
            raise EngineMissing(cls.title)

    @classmethod
    def version(cls) -> str:
        cls.require()
        return next(jar.stem.rpartition("-")[2] for jar in kafka_jars() if jar.stem.startswith("kafka_2.13-"))

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        properties = str(self._write_properties())
        self.run([*jvm(), "kafka.tools.StorageTool", "format", f"--cluster-id={self._cluster}", "-c", properties])

    def choose_ports(self) -> None:
        super().choose_ports()
        self._controller = self._port
        while self._controller == self._port:
            self._controller = free_port()

    def command(self) -> list[str]:
        return [*jvm(), "kafka.Kafka", str(self._write_properties())]

    def answers(self) -> bool:
        """Ready when a Metadata answer of our own cluster names a broker."""
        client = b"lms"
        request = struct.pack(">hhih", METADATA, 4, 1, len(client)) + client + struct.pack(">i?", 0, False)
        with Wire(self.port) as wire:
            wire.send(struct.pack(">i", len(request)) + request)
            wire.exactly(12)  # size, correlation id, throttle time
            brokers = wire.number("i")
            for _ in range(brokers):
                wire.number("i")
                _text(wire), wire.number("i"), _text(wire)  # host, port, rack
            return brokers > 0 and _text(wire) == self._cluster

    def _write_properties(self) -> Path:
        path = self.folder / "server.properties"
        path.write_text(PROPERTIES.format(port=self._port, controller=self._controller, folder=self.folder))
        return path


def jvm(archive: str | None = None) -> list[str]:
    """Java with Kafka's class path and, where it was built, the archive that saves a second at each start."""
    if archive is None and KAFKA_ARCHIVE.exists():
        archive = f"-XX:SharedArchiveFile={KAFKA_ARCHIVE}"
    classes = os.pathsep.join(map(str, kafka_jars()))
    return [f"{java()}", *JVM.split(), QUIET, *([archive] if archive else []), "-cp", classes]


def _text(wire: Wire) -> str | None:
    size = wire.number("h")
    return None if size < 0 else wire.exactly(size).decode()
