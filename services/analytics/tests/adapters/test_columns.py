"""DuckDB keeps the contract of a columnar store, and so does the one in memory that other tests use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from importlib.metadata import EntryPoint
from pathlib import Path

import duckdb
import pytest

from lms_adapters.platform import registry
from lms_core.domain.errors import Unavailable, in_full
from lms_core.testing.fakes import MORNING, fake_id
from services.analytics.adapters.duckdb.collection import DuckColumnStore
from services.analytics.ports.collection import ColumnStore
from services.analytics.tests.adapters.column_store import TODAY, ColumnStoreContract
from services.analytics.tests.fakes import MemoryColumnStore, raw
from services.analytics.tests.rival import held_by_another_process
from services.analytics.wiring import open_column_store


class TestDuckDb(ColumnStoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[ColumnStore]:
        store = open_column_store(f"duckdb:///{tmp_path}/deep/analytics.duckdb")
        yield store
        await store.close()


class TestMemory(ColumnStoreContract):
    @pytest.fixture
    def store(self) -> ColumnStore:
        return MemoryColumnStore()


async def test_what_was_inserted_is_there_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        store = DuckColumnStore(f"{tmp_path}/a.duckdb")
        await store.insert(fake_id(1), [raw("a", course_id=str(fake_id(9)), percent=40)])
        await store.close()
    with duckdb.connect(f"{tmp_path}/a.duckdb") as connection:
        rows = connection.execute("SELECT id, time, course_id, percent, body FROM event").fetchall()
    assert rows == [("a", MORNING.replace(tzinfo=None), fake_id(9), 40, "{}")]


async def test_a_batch_is_whole_or_not_at_all(tmp_path: Path) -> None:
    store = DuckColumnStore(f"{tmp_path}/a.duckdb")
    await store.insert(fake_id(1), [raw("a")])
    with pytest.raises(Unavailable):
        await store.insert(fake_id(2), [raw("b"), raw(None)])  # type: ignore[arg-type]
    assert (await store.totals(TODAY)).events == 1
    await store.insert(fake_id(2), [raw("b")])
    assert (await store.totals(TODAY)).events == 2
    await store.close()


async def test_a_second_process_is_told_in_one_line(tmp_path: Path) -> None:
    path = f"{tmp_path}/a.duckdb"
    store = DuckColumnStore(path)
    with held_by_another_process(path):
        with pytest.raises(Unavailable) as refused:
            await store.insert(fake_id(1), [raw("a")])
        assert re.search(r"a\.duckdb is open in another process: DuckDB admits one", in_full(refused.value))
        assert "duckdb" not in str(refused.value)
    await store.insert(fake_id(1), [raw("a")])
    assert (await store.totals(TODAY)).events == 1
    await store.close()


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "a.duckdb").write_text("not a database" * 1000)
    store = DuckColumnStore(f"{tmp_path}/a.duckdb")
    with pytest.raises(Unavailable) as refused:
        await store.totals(TODAY)
    assert "a.duckdb" in in_full(refused.value)
    assert "duckdb" not in str(refused.value)
    await store.close()


def pigeons(url: str) -> ColumnStore:
    """Somebody else's store."""
    return MemoryColumnStore()


def test_a_third_partys_store_is_opened_by_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("columnar.pigeon", f"{__name__}:pigeons", registry.ADAPTERS_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda *, group, name: [entry] if name == entry.name else [])
    assert isinstance(open_column_store("pigeon://loft"), MemoryColumnStore)


def test_an_unknown_store_is_named() -> None:
    with pytest.raises(ValueError, match="did you mean duckdb://"):
        open_column_store("duckbd:///x")
