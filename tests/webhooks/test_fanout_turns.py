"""While events wait for their places, organizations take turns: one's backlog holds up no other's new event."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event, make_organization
from webhooks.fanout import PLACED_AT_ONCE, place_events
from webhooks.models import Event, Replay
from webhooks.queries import end_of_log, event_log
from webhooks.sending_again import ENDPOINTS_AT_ONCE, _with_room
from webhooks.unplaced import ALONG_THE_INDEX, NEXT

pytestmark = pytest.mark.django_db(transaction=True)

BACKLOG = 3000


@pytest.fixture
def other(organization: Organization) -> Organization:
    return make_organization()


def make_backlog(organization: Organization, number: int = BACKLOG) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO webhooks_event
                (id, organization_id, type, subject_type, subject_id, sequence, body, recorded_at)
            SELECT gen_random_uuid(), %s, 'room.updated', 'room', 'R' || n, 1, '{}',
                clock_timestamp() - interval '1 hour' + n * interval '1 microsecond'
            FROM generate_series(1, %s) AS n
            """,
            [organization.pk, number],
        )


def unplaced(organization: Organization) -> int:
    return Event.objects.filter(organization=organization, position=None).count()


def test_the_first_round_places_a_new_event_behind_anothers_backlog(
    organization: Organization, other: Organization
) -> None:
    make_backlog(organization)
    make_event(other)
    assert place_events() == PLACED_AT_ONCE
    assert unplaced(other) == 0
    assert unplaced(organization) == BACKLOG - PLACED_AT_ONCE + 1


def test_two_backlogs_are_worked_off_side_by_side(organization: Organization, other: Organization) -> None:
    make_backlog(organization, 60)
    make_backlog(other, 60)
    place_events(at_most=20)
    assert (unplaced(organization), unplaced(other)) == (50, 50)


def test_more_organizations_than_a_round_has_places_are_all_served_in_turn() -> None:
    crowd = [make_organization() for _ in range(6)]
    for organization in crowd:
        make_backlog(organization, 4)
    for _ in range(3):
        place_events(at_most=2)
    assert [unplaced(organization) for organization in crowd] == [3] * 6


def test_an_organizations_own_events_keep_their_order_through_all_rounds(
    organization: Organization, other: Organization
) -> None:
    make_backlog(organization, 250)
    make_backlog(other, 50)
    while place_events(at_most=30):
        pass
    subjects = list(event_log(organization).values_list("subject_id", flat=True))
    assert subjects == [f"R{number}" for number in range(1, 251)]


def test_a_subjects_earlier_event_comes_along_where_the_clock_was_set_back_between_them(
    organization: Organization,
) -> None:
    make_event(organization, subject_id="B", sequence=1)
    clock.shift = timedelta(days=-1)
    make_event(organization, subject_id="B", sequence=2)
    make_event(organization, subject_id="C")
    while place_events(at_most=1):
        pass
    log = event_log(organization).values_list("subject_id", "sequence")
    assert list(log) == [("B", 1), ("B", 2), ("C", 1)]


def test_choosing_reads_what_waits_and_not_what_was_placed(
    organization: Organization, other: Organization
) -> None:
    """By the statistics of a backlog, which hold until the next vacuum: any index looks as good as another."""
    make_backlog(organization)
    make_event(other)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE webhooks_event")
        cursor.execute(f"SELECT {ALONG_THE_INDEX}")
        cursor.execute(f"EXPLAIN {NEXT}", {"at_most": PLACED_AT_ONCE})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using event_unplaced_by_owner on webhooks_event webhooks_event_1" in plan
    assert "event_by_age" not in plan


def test_an_organization_that_replays_to_many_endpoints_leaves_others_their_turn(
    organization: Organization, other: Organization
) -> None:
    for owner, number in ((organization, 4 * ENDPOINTS_AT_ONCE), (other, 1)):
        for _ in range(number):
            endpoint, _ = make_endpoint(owner)
            Replay.objects.create(endpoint=endpoint, since=clock.now(), after=0, until=end_of_log(owner))
    chosen = _with_room()
    assert len(chosen) == ENDPOINTS_AT_ONCE
    assert other.endpoints.get().pk in chosen
