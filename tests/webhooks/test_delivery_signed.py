"""What arrives is what was recorded, signed by Standard Webhooks."""

import pytest
from standardwebhooks import Webhook

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_receiver_can_verify_what_arrives(organization: Organization, receiver: Receiver) -> None:
    _, secret = make_endpoint(organization, url=receiver.url("/hooks"))
    event = make_event(organization)
    assert drain()
    (request,) = receiver.requests("/hooks")
    document = Webhook(secret).verify(request.body, request.headers)
    assert document == request.document
    assert request.headers["webhook-id"] == document["id"] == event.public_id
    assert request.body.decode() == event.body
    assert request.headers["content-type"] == "application/json"


def test_the_delivery_tells_of_its_attempt(organization: Organization, receiver: Receiver) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    drain()
    delivery = Delivery.objects.get()
    (attempt,) = delivery.attempts
    assert delivery.status == DeliveryStatus.SUCCEEDED
    assert (attempt["status"], attempt["error"], attempt["response"]) == (200, None, "thanks")
    assert delivery.next_attempt_at is delivery.lease is delivery.leased_until is None
