"""Stored answers go after their day, in small batches, and stand in nobody's way meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from bookingflow.api import tasks, unit_of_work
from bookingflow.api.models import StoredAnswer
from bookingflow.api.stored_answers import sweep_answers
from bookingflow.celery import app
from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.api.appointments import BOOKINGS, wanted
from tests.builders import make_room, make_schedule
from tests.caller import Caller
from tests.processes import another_connection

A_DAY = timedelta(hours=24)
JUST_UNDER = A_DAY - timedelta(minutes=1)


def answers(organization: Organization, count: int, *, old: timedelta = A_DAY) -> None:
    rows = [
        StoredAnswer(
            organization=organization, key=f"{old} {n}", fingerprint=b"", answer=b"", created_at=Now() - old
        )
        for n in range(count)
    ]
    StoredAnswer.objects.bulk_create(rows)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 4)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
def test_what_outlived_its_day_goes_batch_by_batch_and_the_rest_stays(organization: Organization) -> None:
    answers(organization, 11)
    answers(organization, 3, old=JUST_UNDER)
    assert tasks.sweep_answers() == 11
    assert StoredAnswer.objects.count() == 3
    assert tasks.sweep_answers() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
def test_one_run_has_an_end(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ROUNDS", 2)
    answers(organization, 10)
    assert tasks.sweep_answers() == 8
    assert StoredAnswer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_nobody(organization: Organization) -> None:
    answers(organization, 5)
    with another_connection() as other, other.transaction():
        other.execute("SELECT 1 FROM api_storedanswer ORDER BY id LIMIT 2 FOR UPDATE")
        assert unit_of_work.run(lambda: sweep_answers(limit=10)) == 3
    assert unit_of_work.run(lambda: sweep_answers(limit=10)) == 2


@pytest.fixture
def room(organization: Organization) -> Room:
    return make_room(make_schedule(organization))


@pytest.mark.django_db
def test_a_key_is_free_after_its_day_swept_or_not(caller: Caller, room: Room) -> None:
    def again(**change: Any) -> Any:
        return caller.post(BOOKINGS, wanted(room, **change), key="order-1")

    assert again().status_code == 201
    StoredAnswer.objects.update(created_at=Now() - JUST_UNDER)
    assert again()["Idempotent-Replayed"] == "true"
    StoredAnswer.objects.update(created_at=Now() - A_DAY)
    taken = again()
    assert (taken.status_code, "Idempotent-Replayed" in taken) == (409, False)
    assert sweep_answers(limit=10) == 0
    assert again()["Idempotent-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError):
        sweep_answers(limit=1)
    with transaction.atomic():
        assert sweep_answers(limit=1) == 0


def test_beat_sends_for_it_and_the_worker_knows_it() -> None:
    app.loader.import_default_modules()
    assert tasks.sweep_answers.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.sweep_answers.name in app.tasks
