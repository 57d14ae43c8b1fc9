"""Writing down that holds ran out."""

from datetime import timedelta
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from bookingflow.api import unit_of_work
from bookingflow.celery import app
from bookings import tasks
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.services import cancel_booking, confirm_booking, expire_holds
from rooms.models import Claim, Session
from tests.bookings.stage import again, by, priced_room, stand_at, told, written
from tests.builders import make_booking, slot
from tests.processes import another_connection


def holds(count: int) -> list[Booking]:
    room = priced_room(durations=[5], slot_interval_minutes=5)
    made = [make_booking(room, start=slot(9) + timedelta(minutes=5 * n), hold=True) for n in range(count)]
    run_out(made)
    return made


def run_out(made: list[Booking]) -> None:
    stand_at(max(hold.hold_expires_at for hold in made if hold.hold_expires_at))


def stored(made: list[Booking]) -> list[str]:
    return [again(hold).status for hold in made]


@pytest.mark.django_db
def test_what_ran_out_is_expired_and_its_time_released() -> None:
    hold, *_ = made = holds(3)
    assert expire_holds() == 3
    assert stored(made) == [Status.EXPIRED] * 3
    assert (Claim.objects.count(), Session.objects.count()) == (0, 0)
    assert told(hold) == []
    assert written(hold)[-1] == ("booking.expired", {})
    assert again(hold).hold_expires_at == hold.hold_expires_at


@pytest.mark.django_db
def test_what_still_runs_or_was_decided_is_left_alone() -> None:
    room = priced_room()
    confirmed, canceled, running, booked = (
        make_booking(room, start=slot(hour), hold=hour < 15) for hour in (10, 11, 12, 15)
    )
    confirm_booking(**by(confirmed))
    cancel_booking(**by(canceled))
    assert running.hold_expires_at is not None
    stand_at(running.hold_expires_at - timedelta(seconds=30))
    assert expire_holds() == 0
    assert stored([confirmed, canceled, running, booked]) == ["confirmed", "canceled", "pending", "confirmed"]
    assert Claim.objects.count() == 3


@pytest.mark.django_db
def test_it_goes_in_small_batches_the_oldest_first() -> None:
    made = holds(5)
    assert [expire_holds(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert stored(made) == [Status.EXPIRED] * 5


@pytest.mark.django_db
def test_a_hold_whose_time_was_taken_over_is_expired_all_the_same() -> None:
    hold = make_booking(room := priced_room(), hold=True)
    run_out([hold])
    booking = make_booking(room)
    assert expire_holds() == 1
    assert stored([hold, booking]) == [Status.EXPIRED, Status.CONFIRMED]
    assert Claim.objects.get().holder_id == booking.pk


@pytest.mark.django_db(transaction=True)
def test_the_task_goes_on_until_none_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    made = holds(5)
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    assert tasks.expire_holds() == 5
    assert stored(made) == [Status.EXPIRED] * 5
    assert tasks.expire_holds() == 0


@pytest.mark.django_db(transaction=True)
def test_what_another_has_in_hand_is_passed_over() -> None:
    first, second = holds(2)
    with another_connection() as other, other.transaction():
        other.execute("SELECT 1 FROM bookings_booking WHERE id = %s FOR UPDATE", [first.pk])
        assert unit_of_work.run(expire_holds) == 1
    assert stored([first, second]) == [Status.PENDING, Status.EXPIRED]
    assert unit_of_work.run(expire_holds) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_expire_each_hold_once() -> None:
    made = holds(12)
    counts: list[int] = []

    def sweep() -> None:
        try:
            counts.append(tasks.expire_holds())
        finally:
            connections.close_all()

    threads = [Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 12
    assert stored(made) == [Status.EXPIRED] * 12
    assert all(len(written(hold)) == 2 for hold in made)


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError):
        expire_holds()
    with transaction.atomic():
        assert expire_holds() == 0


def test_beat_sends_for_it_and_the_worker_knows_it() -> None:
    app.loader.import_default_modules()
    assert tasks.expire_holds.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.expire_holds.name in app.tasks
