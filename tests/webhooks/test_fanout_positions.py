"""The log's order is given after the commit, so a reader who follows positions misses nothing."""

import random
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_event
from tests.processes import another_connection, wait_until
from webhooks.fanout import PLACING, place_events
from webhooks.models import Event
from webhooks.queries import event_log

pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Follows the log of one organization with a cursor."""

    def __init__(self, organization: Organization) -> None:
        self.log = event_log(organization)
        self.cursor = 0
        self.read: list[str] = []

    def go_on(self) -> None:
        for event in self.log.filter(position__gt=self.cursor):
            assert event.position is not None
            self.cursor = event.position
            self.read.append(str(event.id))


def subjects(organization: Organization) -> list[str]:
    return list(event_log(organization).values_list("subject_id", flat=True))


def test_events_are_placed_in_the_order_of_recording(organization: Organization) -> None:
    for name in ("first", "second", "third"):
        make_event(organization, subject_id=name)
    assert place_events() == 3
    assert subjects(organization) == ["first", "second", "third"]


def test_a_subject_keeps_its_sequence_whatever_the_clock_said(organization: Organization) -> None:
    for sequence, shift in ((1, 0), (2, -60), (3, -30)):
        clock.shift = timedelta(seconds=shift)
        make_event(organization, subject_id="B", sequence=sequence)
    place_events()
    assert list(event_log(organization).values_list("sequence", flat=True)) == [1, 2, 3]


def test_what_is_committed_late_comes_later_and_a_cursor_does_not_miss_it(organization: Organization) -> None:
    reader = Reader(organization)
    recorded, may_commit = threading.Event(), threading.Event()

    def commit_late() -> None:
        with transaction.atomic():
            make_event(organization, subject_id="late")
            recorded.set()
            assert may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=commit_late)
    thread.start()
    assert recorded.wait(10)
    make_event(organization, subject_id="early")
    place_events()
    reader.go_on()
    may_commit.set()
    thread.join()
    place_events()
    reader.go_on()
    assert subjects(organization) == ["early", "late"]
    assert len(reader.read) == 2


def test_a_reader_misses_nothing_while_many_commit_and_two_place(organization: Organization) -> None:
    made: list[str] = []
    done = threading.Event()

    def commit_some(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(15):
            with transaction.atomic():
                made.append(str(make_event(organization, subject_id=str(uuid4())).id))
                if dice.random() < 0.5:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_sleep(%s)", [dice.random() / 50])
        connection.close()

    def place() -> None:
        while not done.is_set():
            place_events(at_most=5)
        connection.close()

    writers = [threading.Thread(target=commit_some, args=(seed,)) for seed in range(4)]
    placers = [threading.Thread(target=place) for _ in range(2)]
    for thread in (*writers, *placers):
        thread.start()
    reader = Reader(organization)
    while any(thread.is_alive() for thread in writers):
        reader.go_on()
    done.set()
    for thread in placers:
        thread.join()
    while place_events():
        pass
    reader.go_on()
    assert sorted(reader.read) == sorted(made)


def test_placing_waits_for_another_that_is_under_way(organization: Organization) -> None:
    """Were it to pass over it, what was committed since the other began to look would wait for the sweep."""
    make_event(organization)
    placed: list[int] = []

    def place() -> None:
        placed.append(place_events())
        connection.close()

    thread = threading.Thread(target=place)
    with another_connection() as other:
        with other.transaction():
            other.execute("SELECT pg_advisory_xact_lock(%s)", [PLACING])
            thread.start()
            waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            wait_until(lambda: bool(other.execute(waiting).fetchall()))
            assert placed == []
        thread.join(10)
    assert placed == [1]


def test_positions_rise_also_when_the_clock_goes_back(organization: Organization) -> None:
    make_event(organization, subject_id="before")
    place_events()
    clock.shift = timedelta(days=-1)
    make_event(organization, subject_id="after")
    place_events()
    assert subjects(organization) == ["before", "after"]


def test_positions_go_on_where_all_events_were_swept(organization: Organization) -> None:
    make_event(organization)
    place_events()
    last = Event.objects.get().position or 0
    Event.objects.all().delete()
    make_event(organization)
    place_events()
    assert (Event.objects.get().position or 0) > last


def test_one_round_takes_no_more_than_it_is_told(organization: Organization) -> None:
    for _ in range(5):
        make_event(organization)
    assert [place_events(at_most=2) for _ in range(4)] == [2, 2, 1, 0]
