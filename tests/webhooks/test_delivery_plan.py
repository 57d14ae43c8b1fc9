from datetime import timedelta

import pytest

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization, Plan
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_the_plan_deliveries_wait_and_go_on_after_an_upgrade(
    organization: Organization, receiver: Receiver
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    Organization.objects.filter(id=organization.id).update(plan=Plan.STARTER)
    event = make_event(organization)
    assert drain()
    clock.shift = timedelta(days=7)
    assert drain()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.PENDING, [])
    assert Endpoint.objects.get().failing_since is None
    Organization.objects.filter(id=organization.id).update(plan=Plan.BUSINESS)
    drain()
    assert [request.headers["webhook-id"] for request in receiver.requests()] == [event.public_id]
