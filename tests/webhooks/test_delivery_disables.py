"""An endpoint that is gone, or fails for five days without one success, is disabled, and the owners are told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from pytest_django import Settings

from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization
from tests.builders import make_endpoint, make_event, make_staff
from tests.receiver import Receiver, Reply
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.services import update_endpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(organization: Organization, receiver: Receiver) -> Endpoint:
    receiver.answer("/hooks", Reply(status=500))
    return make_endpoint(organization, url=receiver.url("/hooks"))[0]


def statuses() -> list[str]:
    of_endpoints = Delivery.objects.filter(endpoint__isnull=False).order_by("created_at", "id")
    return list(of_endpoints.values_list("status", flat=True))


def test_410_disables_at_once_and_ends_what_was_waiting(
    organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    make_event(organization)
    drain()
    receiver.answer("/hooks", Reply(status=410))
    make_event(organization)
    drain()
    endpoint.refresh_from_db()
    assert not endpoint.active
    assert statuses() == [DeliveryStatus.EXHAUSTED] * 2
    assert AuditEntry.objects.filter(action="endpoint.disabled", subject_id=endpoint.id).count() == 1


def test_five_days_of_failure_disable(organization: Organization, endpoint: Endpoint) -> None:
    make_event(organization)
    drain()
    clock.shift = timedelta(days=4, hours=23)
    drain()
    assert Endpoint.objects.get().active
    clock.shift = timedelta(days=5, minutes=1)
    make_event(organization)
    drain()
    assert not Endpoint.objects.get().active


def test_the_owners_are_told_by_email_and_nobody_else(
    organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    owners = [make_staff(organization, role="owner") for _ in range(2)]
    make_staff(organization, role="manager")
    make_staff(role="owner")
    receiver.answer("/hooks", Reply(status=410))
    make_event(organization)
    drain()
    (message,) = mail.outbox
    assert sorted(message.to) == sorted(owner.email for owner in owners)
    assert endpoint.url in message.body
    assert "410" in message.body
    assert str(endpoint.id) in message.body


def test_the_email_is_tried_again_when_it_could_not_be_sent(
    organization: Organization, receiver: Receiver, endpoint: Endpoint, settings: Settings
) -> None:
    make_staff(organization, role="owner")
    receiver.answer("/hooks", Reply(status=410))
    make_event(organization)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    drain()
    letter = Delivery.objects.get(consumer="owners-email")
    assert letter.status == DeliveryStatus.FAILED
    assert "ConnectionRefusedError" in letter.attempts[0]["error"]
    settings.EMAIL_BACKEND = backend
    clock.shift = timedelta(minutes=1)
    drain()
    assert len(mail.outbox) == 1


def test_afterwards_nothing_is_sent_until_it_is_enabled_again(
    organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    receiver.answer("/hooks", Reply(status=410), Reply())
    make_event(organization)
    drain()
    make_event(organization)
    drain()
    assert len(receiver.requests()) == 1
    with transaction.atomic():
        update_endpoint(organization=organization, actor=SYSTEM, endpoint_id=endpoint.id, active=True)
    event = make_event(organization)
    drain()
    assert [request.headers["webhook-id"] for request in receiver.requests()][1:] == [event.public_id]
    assert Endpoint.objects.get().failing_since is None
