"""What is claimed, in which order, and how many at once."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bookingflow.lib import clock
from bookingflow.lib.http import Answer
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event, make_organization
from webhooks.claims import Parcel, claim_for_endpoints
from webhooks.fanout import place_events
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.pace import AT_FIRST, AT_MOST
from webhooks.results import Result, record_results

pytestmark = pytest.mark.django_db


def claim(
    places: int = 100, per_organization: int = 100, allowances: dict[UUID, int] | None = None
) -> list[Parcel]:
    return claim_for_endpoints(places=places, per_organization=per_organization, allowances=allowances or {})


def subjects(parcels: Sequence[Parcel]) -> list[str]:
    events = {delivery.id: delivery.event.subject_id for delivery in Delivery.objects.select_related("event")}
    return [events[parcel.delivery_id] for parcel in parcels]


def answered(parcel: Parcel, status: int) -> Result:
    answer = Answer(status=status, duration_ms=1, error=None, body="", retry_after=None)
    return Result(parcel, answer, delivered=status == 200)


def make_backlog(organization: Organization, events: int, endpoints: int = 1) -> list[Endpoint]:
    made = [make_endpoint(organization)[0] for _ in range(endpoints)]
    for _ in range(events):
        make_event(organization)
    place_events()
    return made


def test_what_is_leased_is_not_claimed_again_until_the_lease_has_run_out(organization: Organization) -> None:
    make_backlog(organization, events=1)
    (parcel,) = claim()
    assert claim() == []
    clock.shift = timedelta(seconds=29)
    assert claim() == []
    clock.shift = timedelta(seconds=31)
    (again,) = claim()
    assert again.delivery_id == parcel.delivery_id
    assert again.lease != parcel.lease


def test_a_result_counts_only_while_the_lease_is_its_own(organization: Organization) -> None:
    make_backlog(organization, events=1)
    (late,) = claim()
    clock.shift = timedelta(minutes=1)
    (present,) = claim()
    record_results([answered(late, 500)])
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.lease) == ("pending", [], present.lease)
    record_results([answered(present, 200)])
    delivery.refresh_from_db()
    assert (delivery.status, len(delivery.attempts)) == (DeliveryStatus.SUCCEEDED, 1)


def test_an_endpoint_begins_with_few_and_never_has_more_than_it_is_allowed(
    organization: Organization,
) -> None:
    (endpoint,) = make_backlog(organization, events=20)
    assert len(claim()) == AT_FIRST
    assert claim() == []
    assert len(claim(allowances={endpoint.id: 5})) == 5 - AT_FIRST
    assert len(claim(allowances={endpoint.id: AT_MOST})) == AT_MOST - 5
    assert claim(allowances={endpoint.id: 0}) == []


def test_one_that_fails_has_one_under_way(organization: Organization) -> None:
    (endpoint,) = make_backlog(organization, events=20)
    Endpoint.objects.update(failing_since=clock.now())
    assert len(claim(allowances={endpoint.id: AT_MOST})) == 1


def test_a_first_attempt_waits_for_the_first_attempts_of_its_subjects_earlier_events(
    organization: Organization,
) -> None:
    endpoint, _ = make_endpoint(organization)
    for sequence, subject in enumerate(["A", "A", "B", "A", "C"], start=1):
        make_event(organization, subject_id=subject, sequence=sequence)
    place_events()
    allowances = {endpoint.id: AT_MOST}
    first, b, c = claim(allowances=allowances)
    assert subjects([first, b, c]) == ["A", "B", "C"]
    record_results([answered(b, 200), answered(c, 200)])
    assert claim(allowances=allowances) == []
    record_results([answered(first, 500)])
    Endpoint.objects.update(failing_since=None)
    (second,) = claim(allowances=allowances)
    assert second.due_at > first.due_at
    assert subjects([second]) == ["A"]


def test_a_retry_does_not_wait_and_nobody_waits_for_a_retry(organization: Organization) -> None:
    make_endpoint(organization)
    make_event(organization, subject_id="A", sequence=1)
    place_events()
    record_results([answered(claim()[0], 500)])
    Endpoint.objects.update(failing_since=None)
    make_event(organization, subject_id="A", sequence=2)
    place_events()
    clock.shift = timedelta(minutes=1)
    assert sorted(parcel.attempts_made for parcel in claim()) == [0, 1]


def test_endpoints_take_turns(organization: Organization) -> None:
    long, short = make_backlog(organization, events=10, endpoints=2)
    parcels = claim(places=2, allowances={long.id: AT_MOST, short.id: AT_MOST})
    assert {parcel.endpoint_id for parcel in parcels} == {long.id, short.id}


def test_organizations_take_turns_whatever_the_number_of_their_endpoints(organization: Organization) -> None:
    make_backlog(organization, events=3, endpoints=8)
    small = make_organization()
    make_backlog(small, events=3)
    taken = Counter(parcel.organization_id for parcel in claim(places=4))
    assert taken == {organization.id: 2, small.id: 2}


def test_what_is_under_way_counts_in_taking_turns(organization: Organization) -> None:
    make_backlog(organization, events=3, endpoints=8)
    claim(places=5)
    small = make_organization()
    make_backlog(small, events=3)
    assert {parcel.organization_id for parcel in claim(places=2)} == {small.id}


def test_no_organization_has_more_than_its_share(organization: Organization) -> None:
    make_backlog(organization, events=2, endpoints=5)
    assert len(claim(per_organization=7)) == 7
    assert claim(per_organization=7) == []
    assert len(claim(per_organization=8)) == 1


def test_what_hangs_on_is_counted_apart(organization: Organization) -> None:
    make_backlog(organization, events=2, endpoints=5)
    assert len(claim(per_organization=6)) == 6
    clock.shift = timedelta(seconds=2)
    assert len(claim(per_organization=2)) == 2
    hanging = {"places": 100, "per_organization": 100, "allowances": {}}
    assert claim_for_endpoints(slow_per_organization=6, **hanging) == []
    assert len(claim_for_endpoints(slow_per_organization=7, **hanging)) == 2


def test_what_is_due_later_is_left(organization: Organization) -> None:
    make_backlog(organization, events=1)
    Delivery.objects.update(next_attempt_at=clock.now() + timedelta(seconds=30))
    assert claim() == []
    clock.shift = timedelta(seconds=31)
    assert len(claim()) == 1


def test_a_long_queue_keeps_its_order(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization)
    expected = [str(uuid4()) for _ in range(30)]
    for subject in expected:
        make_event(organization, subject_id=subject)
    while place_events(at_most=7):
        pass
    seen: list[str] = []
    while parcels := claim(allowances={endpoint.id: AT_MOST}):
        seen += subjects(parcels)
        record_results([answered(parcel, 200) for parcel in parcels])
    assert seen == expected
