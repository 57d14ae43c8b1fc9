from datetime import timedelta

import pytest

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver, Reply
from webhooks.claims import claim_for_endpoints
from webhooks.delivery import drain
from webhooks.fanout import place_events
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.tasks import tidy

pytestmark = pytest.mark.django_db(transaction=True)

A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _endpoint(organization: Organization, receiver: Receiver) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))


def test_after_the_clock_was_set_back_first_attempts_do_not_wait_for_it(
    organization: Organization, receiver: Receiver
) -> None:
    clock.shift = A_DAY
    make_event(organization)
    place_events()
    clock.shift = timedelta(0)
    tidy()
    drain()
    assert len(receiver.requests()) == 1


def test_after_the_clock_was_set_back_a_dead_workers_lease_does_not_last(
    organization: Organization, receiver: Receiver
) -> None:
    make_event(organization)
    place_events()
    clock.shift = A_DAY
    claim_for_endpoints(places=1, per_organization=1, allowances={})
    clock.shift = timedelta(0)
    drain()
    assert receiver.requests() == []
    tidy()
    drain()
    assert len(receiver.requests()) == 1


def test_after_the_clock_was_set_back_first_attempts_keep_their_order(
    organization: Organization, receiver: Receiver
) -> None:
    clock.shift = A_DAY
    events = [make_event(organization, subject_id="A", sequence=number).public_id for number in range(1, 40)]
    while place_events(at_most=10):
        pass
    clock.shift = timedelta(0)
    tidy()
    drain()
    assert [request.headers["webhook-id"] for request in receiver.requests()] == events


def test_a_subject_keeps_its_order_when_the_clock_goes_back_between_two_of_its_events(
    organization: Organization, receiver: Receiver
) -> None:
    first = make_event(organization, subject_id="A", sequence=1)
    place_events()
    Delivery.objects.update(next_attempt_at=clock.now())
    clock.shift = timedelta(minutes=-5)
    second = make_event(organization, subject_id="A", sequence=2)
    place_events()
    clock.shift = timedelta(minutes=1)
    drain()
    assert [request.headers["webhook-id"] for request in receiver.requests()] == [
        first.public_id,
        second.public_id,
    ]


def test_after_the_clock_was_set_back_a_retry_waits_no_longer_than_retries_ever_do(
    organization: Organization, receiver: Receiver
) -> None:
    receiver.answer("/hooks", Reply(status=500), Reply())
    make_event(organization)
    clock.shift = 400 * A_DAY
    drain()
    assert Delivery.objects.get().status == DeliveryStatus.FAILED
    clock.shift = timedelta(0)
    drain()
    assert len(receiver.requests()) == 1
    tidy()
    drain()
    assert Delivery.objects.get().status == DeliveryStatus.SUCCEEDED


def test_leases_and_retries_are_left_alone(organization: Organization) -> None:
    make_event(organization)
    place_events()
    (parcel,) = claim_for_endpoints(places=1, per_organization=1, allowances={})
    tidy()
    assert Delivery.objects.get().lease == parcel.lease
    retry_at = clock.now() + A_DAY
    Delivery.objects.update(status=DeliveryStatus.FAILED, next_attempt_at=retry_at)
    tidy()
    assert Delivery.objects.get().next_attempt_at == retry_at


def test_what_slipped_in_while_an_endpoint_was_switched_off_is_ended(organization: Organization) -> None:
    make_event(organization)
    place_events()
    Endpoint.objects.update(active=False)
    tidy()
    assert Delivery.objects.get().status == DeliveryStatus.EXHAUSTED
