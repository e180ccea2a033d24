"""From a small school to a big one: what the use cases wrote about each learner is written again for many others.

A copy is a learner's rows in every service's tables and in the publishers' logs, with ids, address and invoice number
of its own; sums over learners grow with it. What is not copied: sessions, audit rows, handled inbox rows and finished
jobs, which housekeeping or nobody reads. Consumers' positions are moved to the ends of the logs.
"""

from __future__ import annotations

import csv
import re
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from benchmarks.report import progress
from benchmarks.school import Marks, Small, databases

COPIED = {
    "auth": ("account", "credential", "role_assignment", "lms_outbox"),
    "user": ("profile", "preferences"),
    "course": ("enrollment", "completion", "lms_outbox"),
    "progress": ("tracking", "topic_progress", "counted_activity", "lms_outbox"),
    "analytics": ("standing",),
    "billing": (
        "payment_method", "payment", "payment_attempt", "invoice", "ledger_entry", "ledger_posting", "lms_outbox"
    ),
    "notification": ("recipient", "message", "lms_outbox"),
}  # fmt: skip
_SUMS = ("enrolled", "active", "pending", "suspended", "completed", "percents", "seconds")
_HEX = r"[0-9a-f]{32}"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TOKEN = re.compile(rf"(?<![0-9a-f])(?:{_UUID}|{_HEX})(?![0-9a-f])|learner-[0-9]+@|20[0-9]{{2}}-[0-9]{{6}}(?![0-9])")
Rows = dict[str, list[list[Any]]]


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    names = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    return [name for name in names if not (table == "lms_outbox" and name == "id")]


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


@dataclass(frozen=True, slots=True)
class _Template:
    """A learner's rows as text, in pieces between what is their own."""

    pieces: Sequence[str]
    own: Sequence[str]
    """What stands between the pieces: one fewer."""
    kinds: tuple[str, ...]
    """Each thing of their own once."""

    def copies(self, times: int, number: Iterator[int]) -> Iterator[Rows]:
        for n in range(times):
            new = {}
            for token in self.kinds:
                if token.endswith("@"):
                    new[token] = f"{token[:-1]}.{n}@"
                elif token.startswith("20"):
                    new[token] = f"{token[:5]}{next(number):06d}"
                else:  # the time in a UUIDv7 stays, and so does the order
                    new[token] = token[:17] + secrets.token_hex(8)[:15]
            text = [self.pieces[0]]
            for token, piece in zip(self.own, self.pieces[1:], strict=True):
                dashed = len(token) == 36
                made = new[token.replace("-", "") if dashed else token]
                text += (_dashed(made) if dashed else made, piece)
            yield msgspec.json.decode("".join(text))


def _dashed(hexadecimal: str) -> str:
    h = hexadecimal
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def _bare(token: str) -> str:
    return token.replace("-", "") if len(token) == 36 else token


class Enlarger:
    """Copies every learner of a small school, with what they did."""

    def __init__(self, small: Small) -> None:
        self._small = small
        self._open = {name: sqlite3.connect(path) for name, path in databases(small.folder).items()}
        for connection in self._open.values():
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-200000")
        self._columnar = duckdb.connect(str(small.folder / "analytics.duckdb"))
        self._common = self._known(small.marks[0])

    def _known(self, until: Marks) -> set[str]:
        """Ids of what was there before the first learner: everybody's."""
        found: set[str] = set()
        for (service, table), last in until.items():
            for row in self._open[service].execute(f'SELECT * FROM "{table}" WHERE rowid <= ?', (last,)):
                found.update(_bare(token) for value in row if isinstance(value, (str, bytes))
                             for token in _TOKEN.findall(str(_plain(value))))  # fmt: skip
        return found

    def _template(self, before: Marks, after: Marks) -> _Template:
        rows: Rows = {}
        for service, tables in COPIED.items():
            for table in tables:
                names = ", ".join(f'"{name}"' for name in _columns(self._open[service], table))
                new = self._open[service].execute(
                    f'SELECT {names} FROM "{table}" WHERE rowid > ? AND rowid <= ? ORDER BY rowid',
                    (before.get((service, table), 0), after[service, table]),
                )
                rows[f"{service}.{table}"] = [[_plain(value) for value in row] for row in new]
        events = [row[0] for name, some in rows.items() if name.endswith("lms_outbox") for row in some]
        rows["event"] = [
            [None if value is None else str(value) for value in row]
            for row in self._columnar.execute(
                "SELECT * FROM event WHERE id IN (SELECT unnest(?)) ORDER BY id", [events]
            ).fetchall()
        ]
        text = msgspec.json.encode(rows).decode()
        pieces, own, at = [], [], 0
        for match in _TOKEN.finditer(text):
            if _bare(match[0]) not in self._common:
                pieces.append(text[at : match.start()])
                own.append(match[0])
                at = match.end()
        pieces.append(text[at:])
        return _Template(pieces, own, tuple(dict.fromkeys(_bare(token) for token in own)))

    def enlarge(self, times: int) -> list[str]:
        """Make each learner `times` as many; the ids of some of the copies."""
        inserts = {}
        for service, tables in COPIED.items():
            for table in tables:
                names = _columns(self._open[service], table)
                marks = ", ".join(
                    "CAST(? AS BLOB)" if name == "body" and table == "lms_outbox" else "?" for name in names
                )
                quoted = ", ".join(f'"{name}"' for name in names)
                sql = f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})'
                inserts[f"{service}.{table}"] = (self._open[service], sql)
        [(last,)] = self._open["billing"].execute("SELECT last FROM invoice_sequence")
        number, some = count(last + 1), []
        events = self._small.folder / "events.csv"
        with events.open("w", newline="") as file:
            lines = csv.writer(file)
            for before, after in zip(self._small.marks, self._small.marks[1:], strict=False):
                for rows in self._template(before, after).copies(times - 1, number):
                    lines.writerows(rows.pop("event"))
                    for name, of in rows.items():
                        connection, sql = inserts[name]
                        connection.executemany(sql, of)
                some.append(_dashed(rows["user.profile"][0][0]))
                for connection in self._open.values():
                    connection.commit()
        progress("learners are copied")
        self._columnar.execute(f"COPY event FROM '{events}' (HEADER false, NULLSTR '')")
        events.unlink()
        self._sum(times, next(number) - 1)
        return some

    def _sum(self, times: int, invoices: int) -> None:
        """What the services keep about many learners at once."""
        analytics, course = self._open["analytics"], self._open["course"]
        course.execute("UPDATE course SET places_taken = places_taken * ?", (times,))
        self._open["billing"].execute("UPDATE invoice_sequence SET last = ?", (invoices,))
        for id, events, revenue in analytics.execute("SELECT id, events, revenue FROM course").fetchall():
            first = self._small.events[id]
            sums = {currency: amount * times for currency, amount in msgspec.json.decode(revenue).items()}
            analytics.execute(
                f"UPDATE course SET {', '.join(f'{name} = {name} * :times' for name in _SUMS)}, "
                "events = :events, revenue = :revenue WHERE id = :id",
                {
                    "times": times,
                    "events": first + (events - first) * times,
                    "revenue": msgspec.json.encode(sums).decode(),
                    "id": id,
                },
            )
        self._columnar.execute("DELETE FROM type_day")
        self._columnar.execute(
            "INSERT INTO type_day SELECT CAST(time AS DATE), type, count(*), max(time) FROM event GROUP BY ALL"
        )
        self._columnar.close()
        ends = {
            f"lms.{service}": connection.execute("SELECT coalesce(max(id), 0) FROM lms_outbox").fetchone()[0]
            for service, connection in self._open.items()
        }
        for connection in self._open.values():
            for (source,) in connection.execute("SELECT source FROM lms_ingest_pos").fetchall():
                connection.execute("UPDATE lms_ingest_pos SET pos = ? WHERE source = ?", (f"[{ends[source]}]", source))
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()


def size(folder: Path) -> str:
    """On the disk."""
    return f"{sum(path.stat().st_size for path in folder.iterdir()) / 1e6:.0f} MB"
