"""What is older than 30 days goes, in small batches, and nothing that was not told yet."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from webhooks import tasks
from webhooks.fanout import place_events
from webhooks.models import Delivery, Event
from webhooks.retention import sweep_events

pytestmark = pytest.mark.django_db(transaction=True)


def aged(event: Event, **age: int) -> Event:
    Event.objects.filter(pk=event.pk).update(recorded_at=clock.now() - timedelta(**age))
    return event


def swept(limit: int = 100) -> int:
    with transaction.atomic():
        return sweep_events(now=clock.now(), limit=limit)


def test_events_go_after_30_days_with_their_aliases_and_deliveries(organization: Organization) -> None:
    make_endpoint(organization, events=["*", "booking.cancelled"])
    old, young = (make_event(organization, type="booking.canceled") for _ in range(2))
    place_events()
    aged(old, days=30, seconds=1)
    aged(young, days=29, hours=23)
    assert (Event.objects.count(), Delivery.objects.count()) == (4, 4)
    assert swept() == 1
    assert {event.alias_of_id or event.pk for event in Event.objects.all()} == {young.pk}
    assert {each.event.alias_of_id or each.event_id for each in Delivery.objects.all()} == {young.pk}


def test_what_has_no_place_in_the_log_yet_stays(organization: Organization) -> None:
    aged(make_event(organization), days=90)
    assert swept() == 0


def test_the_oldest_go_first_and_no_more_than_asked_for(organization: Organization) -> None:
    events = [make_event(organization) for _ in range(5)]
    place_events()
    for days, event in enumerate(events, start=40):
        aged(event, days=days)
    assert swept(limit=2) == 2
    assert set(Event.objects.all()) == set(events[:3])


def test_the_task_goes_on_until_nothing_old_is_left(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "SWEPT_AT_ONCE", 2)
    make_endpoint(organization)
    for _ in range(5):
        make_event(organization)
    place_events()
    Event.objects.update(recorded_at=clock.now() - timedelta(days=31))
    tasks.tidy()
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


def test_a_batch_reads_what_an_index_finds(organization: Organization) -> None:
    old = Event.objects.filter(recorded_at__lt=clock.now(), position__isnull=False)
    with transaction.atomic(), connection.cursor() as cursor:
        # Of a few rows the planner would rather read them all, or sort them: asked is whether the index serves.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = old.order_by("recorded_at")[:10].explain()
    assert "event_by_age" in plan
