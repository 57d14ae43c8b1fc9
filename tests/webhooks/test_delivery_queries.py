"""What a drain costs the database follows its rounds, not the number of events, endpoints and deliveries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver
from tests.webhooks.test_delivery_claims import answered
from webhooks.claims import claim_for_endpoints
from webhooks.delivery import drain
from webhooks.fanout import place_events
from webhooks.models import Delivery
from webhooks.results import record_results

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_idle_drain_asks_four_questions(organization: Organization) -> None:
    make_endpoint(organization)
    with CaptureQueriesContext(connection) as captured:
        drain()
    assert len(captured) == 4


def test_placing_costs_the_same_for_one_event_and_for_many(organization: Organization) -> None:
    for _ in range(5):
        make_endpoint(organization, events=["*", "booking.cancelled"])
    counts = []
    for number in (1, 40):
        for _ in range(number):
            make_event(organization, type="booking.canceled")
        with CaptureQueriesContext(connection) as captured:
            assert place_events() == number
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 13


def test_claiming_is_one_statement_and_recording_four(organization: Organization) -> None:
    for _ in range(10):
        make_endpoint(organization)
    for _ in range(10):
        make_event(organization)
    place_events()
    with CaptureQueriesContext(connection) as captured:
        parcels = claim_for_endpoints(places=50, per_organization=50, allowances={})
    assert len(parcels) == 20
    assert len(captured) == 1
    with CaptureQueriesContext(connection) as captured:
        record_results([answered(parcel, 200) for parcel in parcels])
    assert len(captured) == 4


def test_a_whole_drain_of_one_event_stays_small(organization: Organization, receiver: Receiver) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    with CaptureQueriesContext(connection) as captured:
        drain()
    assert Delivery.objects.get().status == "succeeded"
    assert len(captured) <= 20
