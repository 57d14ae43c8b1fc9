"""What fails is tried again with the same id and body, until it succeeds or the schedule is used up."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver, Reply
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _schedule(settings: Settings) -> None:
    settings.WEBHOOK_RETRY_SCHEDULE = (0, 100, 1000)


def seconds_until_next(delivery: Delivery) -> float:
    assert delivery.next_attempt_at
    last = datetime.fromisoformat(delivery.attempts[-1]["at"])
    return (delivery.next_attempt_at - last).total_seconds()


def test_a_failure_is_tried_again_when_its_time_has_come(
    organization: Organization, receiver: Receiver
) -> None:
    receiver.answer("/hooks", Reply(status=500, body="oops"), Reply())
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    drain()
    delivery = Delivery.objects.get()
    assert delivery.status == DeliveryStatus.FAILED
    assert delivery.attempts[0]["response"] == "oops"
    assert 79 < seconds_until_next(delivery) < 122
    drain()
    assert len(receiver.requests()) == 1
    clock.shift = timedelta(seconds=125)
    drain()
    first, second = receiver.requests()
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 124
    delivery.refresh_from_db()
    assert (delivery.status, len(delivery.attempts)) == (DeliveryStatus.SUCCEEDED, 2)


def test_when_the_schedule_is_used_up_it_is_exhausted(organization: Organization, receiver: Receiver) -> None:
    receiver.answer("/hooks", Reply(status=500))
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    for _ in range(5):
        drain()
        clock.shift += timedelta(hours=1)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.EXHAUSTED, None)
    assert len(delivery.attempts) == len(receiver.requests()) == 3


def test_retry_after_puts_the_next_attempt_off(organization: Organization, receiver: Receiver) -> None:
    receiver.answer("/hooks", Reply(status=429, headers={"Retry-After": "5000"}))
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    drain()
    assert 4999 < seconds_until_next(Delivery.objects.get()) < 5010


def test_a_redirect_is_a_failure_and_is_not_followed(organization: Organization, receiver: Receiver) -> None:
    receiver.answer("/hooks", Reply(status=307, headers={"Location": receiver.url("/elsewhere")}))
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    drain()
    assert Delivery.objects.get().status == DeliveryStatus.FAILED
    assert [request.path for request in receiver.requests()] == ["/hooks"]


def test_who_does_not_answer_in_time_has_failed(
    organization: Organization, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_TIMEOUT = 0.3
    receiver.answer("/hooks", Reply(hang=True))
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    drain()
    (attempt,) = Delivery.objects.get().attempts
    assert attempt["status"] is None
    assert attempt["error"]
    assert 250 < attempt["durationMs"] < 2000


def test_nobody_listening_is_a_failure(organization: Organization) -> None:
    make_endpoint(organization, url="http://127.0.0.1:1/hooks")
    make_event(organization)
    drain()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts[0]["status"]) == (DeliveryStatus.FAILED, None)


def test_an_address_that_is_forbidden_now_is_not_dialled(
    organization: Organization, receiver: Receiver, settings: Settings
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    drain()
    assert receiver.requests() == []
    assert Delivery.objects.get().attempts[0]["error"]


def test_success_ends_an_endpoints_failing(organization: Organization, receiver: Receiver) -> None:
    receiver.answer("/hooks", Reply(status=500), Reply(status=500), Reply())
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    seen = []
    for _ in range(3):
        drain()
        seen.append(Endpoint.objects.get().failing_since)
        clock.shift += timedelta(hours=1)
    assert seen[0] is not None
    assert seen == [seen[0], seen[0], None]
