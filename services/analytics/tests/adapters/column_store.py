"""What every columnar store must do. A test class derives from `ColumnStoreContract` and gives it a `store` fixture."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from lms_core.testing.fakes import MORNING, fake_id
from services.analytics.ports.collection import ColumnStore, DayTotal
from services.analytics.tests.fakes import raw

ENROLLED, PAID = "lms.course.UserEnrolled.v1", "lms.billing.PaymentSucceeded.v1"
TODAY = MORNING.date()


class ColumnStoreContract:
    async def test_an_empty_store_has_no_newest_event(self, store: ColumnStore) -> None:
        totals = await store.totals(date(2000, 1, 1))
        assert (totals.events, totals.as_of, totals.days) == (0, None, [])

    async def test_batches_add_up_by_day_and_type(self, store: ColumnStore) -> None:
        before = MORNING - timedelta(days=1)
        await store.insert(fake_id(1), [raw("a"), raw("b"), raw("c", type=PAID, time=before)])
        await store.insert(fake_id(2), [raw("d"), raw("e", type=PAID)])
        totals = await store.totals(TODAY)
        assert (totals.events, totals.as_of) == (5, MORNING)
        assert totals.days == [DayTotal(day=TODAY, type=PAID, events=1), DayTotal(day=TODAY, type=ENROLLED, events=3)]
        assert len((await store.totals(before.date())).days) == 3

    async def test_the_same_batch_again_changes_nothing(self, store: ColumnStore) -> None:
        for events in ([raw("a"), raw("b")], [raw("a"), raw("b")], [raw("c")]):
            await store.insert(fake_id(1), events)
        assert (await store.totals(TODAY)).events == 2

    async def test_days_and_times_are_utc(self, store: ColumnStore) -> None:
        late = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
        await store.insert(fake_id(1), [raw("a", time=late)])
        totals = await store.totals(date(2026, 3, 3))
        assert [d.day for d in totals.days] == [date(2026, 3, 3)]
        assert totals.as_of == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)

    async def test_an_older_event_does_not_turn_the_time_back(self, store: ColumnStore) -> None:
        await store.insert(fake_id(1), [raw("a")])
        await store.insert(fake_id(2), [raw("b", time=MORNING - timedelta(hours=1))])
        assert (await store.totals(TODAY)).as_of == MORNING

    async def test_columns_may_be_empty_in_a_whole_batch(self, store: ColumnStore) -> None:
        await store.insert(fake_id(1), [raw("a")])
        await store.insert(fake_id(2), [raw("b", course_id=str(fake_id(9)), amount=2**62, currency="EUR", percent=1)])
        assert (await store.totals(TODAY)).events == 2

    async def test_an_empty_batch_is_harmless(self, store: ColumnStore) -> None:
        await store.insert(fake_id(1), [])
        assert (await store.totals(TODAY)).events == 0
