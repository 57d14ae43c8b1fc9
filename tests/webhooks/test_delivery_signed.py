"""What arrives is what was recorded, signed by Standard Webhooks."""

import pytest
from django.db import transaction
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.services import MOST_OLD_SECRETS, rotate_secret

pytestmark = pytest.mark.django_db(transaction=True)


def rotate(organization: Organization, endpoint: Endpoint) -> str:
    with transaction.atomic():
        return rotate_secret(organization=organization, actor=SYSTEM, endpoint_id=endpoint.id)[1]


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


def test_while_secrets_rotate_the_old_and_the_new_one_verify(
    organization: Organization, receiver: Receiver
) -> None:
    endpoint, old = make_endpoint(organization, url=receiver.url("/hooks"))
    new = rotate(organization, endpoint)
    make_event(organization)
    drain()
    (request,) = receiver.requests("/hooks")
    for secret in (old, new):
        Webhook(secret).verify(request.body, request.headers)


def test_an_old_secret_signs_along_also_after_the_next_rotation(
    organization: Organization, receiver: Receiver
) -> None:
    endpoint, first = make_endpoint(organization, url=receiver.url("/hooks"))
    later = [rotate(organization, endpoint) for _ in range(MOST_OLD_SECRETS + 1)]
    make_event(organization)
    drain()
    (request,) = receiver.requests("/hooks")
    for secret in later:
        Webhook(secret).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(request.body, request.headers)


def test_a_secret_that_was_rotated_out_signs_no_longer(
    organization: Organization, receiver: Receiver
) -> None:
    endpoint, old = make_endpoint(organization, url=receiver.url("/hooks"))
    new = rotate(organization, endpoint)
    Endpoint.objects.update(former_until=[endpoint.created_at])
    make_event(organization)
    drain()
    (request,) = receiver.requests("/hooks")
    Webhook(new).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(request.body, request.headers)


def test_the_delivery_tells_of_its_attempt(organization: Organization, receiver: Receiver) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    drain()
    delivery = Delivery.objects.get()
    (attempt,) = delivery.attempts
    assert delivery.status == DeliveryStatus.SUCCEEDED
    assert (attempt["status"], attempt["error"], attempt["response"]) == (200, None, "thanks")
    assert delivery.next_attempt_at is delivery.lease is delivery.leased_until is None


def test_a_secret_that_cannot_be_read_is_a_failed_attempt_and_stops_nothing(
    organization: Organization, receiver: Receiver
) -> None:
    spoilt, _ = make_endpoint(organization, url=receiver.url("/spoilt"))
    make_endpoint(organization, url=receiver.url("/sound"))
    Endpoint.objects.filter(id=spoilt.id).update(secret=b"made with another key")
    make_event(organization)
    drain()
    assert [request.path for request in receiver.requests()] == ["/sound"]
    assert Delivery.objects.get(endpoint=spoilt).attempts[0]["error"] == "The message could not be signed."


def test_deliveries_go_on_while_the_installations_key_is_replaced(
    organization: Organization, receiver: Receiver, settings: Settings
) -> None:
    endpoint, first = make_endpoint(organization, url=receiver.url("/hooks"))
    before = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 5, [before]
    make_event(organization)
    drain()
    second = rotate(organization, endpoint)
    make_event(organization)
    drain()
    settings.SECRET_KEY_FALLBACKS = []
    Endpoint.objects.update(former_secrets=[], former_until=[])
    make_event(organization)
    drain()
    requests = receiver.requests("/hooks")
    assert len(requests) == 3
    for request, secret in zip(requests, (first, second, second), strict=True):
        Webhook(secret).verify(request.body, request.headers)
