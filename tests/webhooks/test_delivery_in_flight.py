"""What is changed while a request is under way: nothing is lost, and what it brings counts for what it was sent to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from standardwebhooks import Webhook

from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization, Plan
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver, Reply
from tests.webhooks.test_delivery_hanging import draining
from webhooks import services
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


def change(service: Callable[..., object], endpoint: Endpoint, **changes: object) -> None:
    with transaction.atomic():
        service(organization=endpoint.organization, actor=SYSTEM, endpoint_id=endpoint.id, **changes)


@pytest.fixture
def endpoint(organization: Organization, receiver: Receiver) -> Endpoint:
    """Its receiver hangs until it is let go, and then answers as the test says."""
    receiver.answer("/hooks", Reply(hang=True))
    endpoint, _ = make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    return endpoint


def test_a_former_address_that_is_gone_disables_nothing_and_ends_no_delivery(
    organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    receiver.answer("/hooks", Reply(status=410, hang=True))
    with draining():
        receiver.wait_for(1)
        change(services.update_endpoint, endpoint, url=receiver.url("/moved"))
        receiver.let_go()
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.failing_since) == (True, None)
    assert Delivery.objects.get().status == DeliveryStatus.FAILED
    clock.shift = timedelta(minutes=1)
    drain()
    assert [request.path for request in receiver.requests()] == ["/hooks", "/moved"]
    assert Delivery.objects.get().status == DeliveryStatus.SUCCEEDED


def test_an_endpoint_that_is_deleted_takes_its_deliveries_along_and_disturbs_no_other(
    organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    other, _ = make_endpoint(organization, url=receiver.url("/other"))
    with draining():
        receiver.wait_for(1, "/hooks")
        change(services.delete_endpoint, endpoint)
        make_event(organization)
        receiver.let_go()
        receiver.wait_for(2, "/other")
    left = Delivery.objects.values_list("endpoint", "status")
    assert list(left) == [(other.id, DeliveryStatus.SUCCEEDED)] * 2


@pytest.mark.parametrize(
    ("status", "left"), [(500, DeliveryStatus.EXHAUSTED), (200, DeliveryStatus.SUCCEEDED)]
)
def test_an_endpoint_that_is_switched_off_gets_no_further_attempt(
    organization: Organization, receiver: Receiver, endpoint: Endpoint, status: int, left: DeliveryStatus
) -> None:
    receiver.answer("/hooks", Reply(status=status, hang=True))
    with draining():
        receiver.wait_for(1)
        change(services.update_endpoint, endpoint, active=False)
        assert Delivery.objects.get().status == DeliveryStatus.PENDING
        receiver.let_go()
    delivery = Delivery.objects.get()
    assert (delivery.status, len(delivery.attempts)) == (left, 1)


def test_a_secret_rotated_meanwhile_signs_from_the_next_attempt_on(
    organization: Organization, receiver: Receiver
) -> None:
    receiver.answer("/hooks", Reply(status=500, hang=True), Reply())
    endpoint, old = make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    with draining():
        receiver.wait_for(1)
        with transaction.atomic():
            _, new = services.rotate_secret(organization=organization, actor=SYSTEM, endpoint_id=endpoint.id)
        receiver.let_go()
    clock.shift = timedelta(seconds=30)
    drain()
    first, second = receiver.requests()
    assert first.body == second.body
    Webhook(old).verify(first.body, first.headers)
    for secret in (old, new):
        Webhook(secret).verify(second.body, second.headers)


def test_a_plan_that_ends_meanwhile_keeps_the_retry_waiting(
    organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    receiver.answer("/hooks", Reply(status=500, hang=True), Reply())
    with draining():
        receiver.wait_for(1)
        Organization.objects.update(plan=Plan.STARTER)
        receiver.let_go()
    clock.shift = timedelta(days=1)
    assert drain()
    assert Delivery.objects.get().status == DeliveryStatus.FAILED
    Organization.objects.update(plan=Plan.BUSINESS)
    drain()
    assert Delivery.objects.get().status == DeliveryStatus.SUCCEEDED


def test_a_clock_that_is_set_back_meanwhile_loses_nothing(
    organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    with draining():
        receiver.wait_for(1)
        clock.shift = timedelta(days=-2)
        receiver.answer("/hooks", Reply())
        event = make_event(organization)
        receiver.let_go()
        receiver.wait_for(2)
    assert receiver.requests()[1].headers["webhook-id"] == event.public_id
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.SUCCEEDED}
