"""Run Alembic without an env.py: each branch has a folder of revisions and a version table of its own."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from lms_adapters.sql.engine import Database
from lms_adapters.sql.types import Json, Utc

KERNEL_REVISIONS = Path(__file__).parent / "versions"


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of revisions: the kernel's or a service's."""

    name: Literal["kernel", "service"]
    revisions: Path

    @property
    def version_table(self) -> str:
        """Where Alembic keeps what has been applied."""
        return f"lms_{self.name}_version"

    @property
    def script(self) -> ScriptDirectory:
        """Alembic's view of the folder."""
        return _script(self.revisions, self.revisions.stat().st_mtime_ns)


@functools.lru_cache(maxsize=32)
def _script(revisions: Path, _changed: int) -> ScriptDirectory:
    """Reading a folder takes longer than finding a database up to date: it is read once, until a file comes or goes."""
    return ScriptDirectory(str(revisions), version_locations=[str(revisions)])


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a branch of a database stands."""

    branch: str
    current: str | None
    head: str | None
    known: bool
    """The current revision is one that this code has."""

    @property
    def up_to_date(self) -> bool:
        """Nothing to apply."""
        return self.current == self.head


class NewerDatabase(Exception):
    """The database was migrated by newer code than this."""


def branches(service_revisions: Path | None) -> tuple[Branch, ...]:
    """The kernel's branch, then the service's if it has one."""
    service = (Branch("service", service_revisions),) if service_revisions else ()
    return (Branch("kernel", KERNEL_REVISIONS), *service)


async def standing(database: Database, service_revisions: Path | None) -> list[Standing]:
    """Where each branch stands; changes nothing."""
    transaction = await database.begin()
    try:
        return await transaction.connection.run_sync(
            lambda c: [_standing(c, branch) for branch in branches(service_revisions)]
        )
    finally:
        await transaction.rollback()


async def migrate(
    database: Database, service_revisions: Path | None, *, to: str = "head", only: str | None = None
) -> list[str]:
    """Bring the database to the newest revision; the names of what was applied. `to="base"` or a revision goes back.

    All of it is one transaction, under a lock. Raises NewerDatabase when the database is ahead of the code.
    """
    applied: list[str] = []
    transaction = await database.begin(patient=True)
    try:
        if database.kind == "postgresql":
            await transaction.driver.run("SELECT pg_advisory_xact_lock(7236)")
        wanted = [b for b in branches(service_revisions) if only in (None, b.name)]
        for branch in wanted if to == "head" else reversed(wanted):
            applied += await transaction.connection.run_sync(_run, branch, to)
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.commit()
    return applied


def _is_looked_at(name: str | None, kind: str, _parents: object) -> bool:
    """Not the kernel's tables: SQLAlchemy cannot read their indexes on SQLite.

    One of them it must: without any table to look at Alembic reads all there are.
    """
    return kind != "table" or name == "lms_kernel_version" or not (name or "").startswith("lms_")


def _is_the_services(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return kind != "table" or not (name or "").startswith("lms_")


_OF_THE_SERVICE = {"compare_type": True, "include_name": _is_looked_at, "include_object": _is_the_services}


async def drift(database: Database, metadata: MetaData) -> list[str]:
    """Differences between a service's tables in the database and its metadata; empty when they agree."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts=_OF_THE_SERVICE)
        return [str(difference) for difference in compare_metadata(context, metadata)]

    transaction = await database.begin()
    try:
        return await transaction.connection.run_sync(compare)
    finally:
        await transaction.rollback()


async def render_difference(
    database: Database, metadata: MetaData, revision: str, down_revision: str, message: str
) -> str:
    """The text of a revision that brings the database's tables to the metadata."""

    def render(connection: Connection) -> str:
        context = MigrationContext.configure(
            connection,
            opts={
                **_OF_THE_SERVICE,
                "render_item": lambda kind, obj, _ctx: (
                    "sa.BigInteger()"
                    if kind == "type" and isinstance(obj, Utc)
                    else ("sa.Text()" if kind == "type" and isinstance(obj, Json) else False)
                ),
            },
        )
        operations = produce_migrations(context, metadata)
        assert operations.upgrade_ops is not None
        assert operations.downgrade_ops is not None
        up = _indented(render_python_code(operations.upgrade_ops, render_item=context.opts["render_item"]))
        down = _indented(render_python_code(operations.downgrade_ops, render_item=context.opts["render_item"]))
        return _REVISION.format(message=message, revision=revision, down_revision=down_revision, up=up, down=down)

    transaction = await database.begin()
    try:
        return await transaction.connection.run_sync(render)
    finally:
        await transaction.rollback()


_REVISION = """\"\"\"{message}.

Revision ID: {revision}
\"\"\"

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down_revision}"


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
"""


def _indented(code: str) -> str:
    lines = [line for line in code.splitlines() if not line.strip().startswith("#")]
    return "\n".join(lines).strip() or "pass"


def _context(connection: Connection, branch: Branch, **opts: Any) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": branch.version_table, **opts})


def _standing(connection: Connection, branch: Branch) -> Standing:
    current = _context(connection, branch).get_current_revision()
    script = branch.script
    known = current is None or any(revision.revision == current for revision in script.walk_revisions())
    return Standing(branch.name, current, script.get_current_head(), known)


def _run(connection: Connection, branch: Branch, to: str) -> Sequence[str]:
    script = branch.script
    where = _standing(connection, branch)
    if not where.known:
        raise NewerDatabase(f"the database is at {branch.name} revision {where.current}, which this code does not know")
    if to == "head" and where.up_to_date:
        return []
    applied: list[str] = []

    def steps(revision: Any, _context: MigrationContext) -> Any:
        going = script._upgrade_revs("head", revision) if to == "head" else script._downgrade_revs(to, revision)
        applied.extend(f"{branch.name} {step.revision.revision}" for step in going)
        return going

    context = _context(connection, branch, fn=steps, script=script)
    with Operations.context(context):
        context.run_migrations()
    return applied
