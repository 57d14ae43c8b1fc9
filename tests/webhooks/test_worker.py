"""Celery's worker and beat as they are run, each a process of its own."""

import statistics
import time
from collections import Counter
from contextlib import ExitStack

import pytest
from redis import Redis

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.processes import wait_until
from tests.receiver import Receiver
from tests.webhooks.workers import celery
from webhooks.models import Delivery, DeliveryStatus
from webhooks.wake import MARK

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("broker")]

WORKER = ("worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat")


def all_succeeded() -> bool:
    return not Delivery.objects.exclude(status=DeliveryStatus.SUCCEEDED).exists()


def test_the_first_attempt_comes_within_a_second_of_the_commit(
    organization: Organization, receiver: Receiver
) -> None:
    """With no beat: what comes was woken for. The median, for the machine may be busy with other tests."""
    make_endpoint(organization, url=receiver.url("/hooks"))
    delays = []
    with celery(*WORKER):
        make_event(organization)
        receiver.wait_for(1, seconds=60)
        for number in range(15):
            make_event(organization)
            committed_at = time.monotonic()
            delays.append(receiver.wait_for(number + 2)[-1].at - committed_at)
        wait_until(all_succeeded)
    assert statistics.median(delays) < 1


def test_what_was_committed_without_waking_anybody_is_found_by_the_sweep(
    organization: Organization, receiver: Receiver, broker: Redis
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    with celery(*WORKER), celery("beat"):
        make_event(organization)
        receiver.wait_for(1, seconds=60)
        wait_until(all_succeeded)
        broker.set(MARK, 1)
        event = make_event(organization)
        (_, found) = receiver.wait_for(2, seconds=10)
        assert found.headers["webhook-id"] == event.public_id


def test_two_workers_and_two_beats_send_each_event_once(
    organization: Organization, receiver: Receiver, broker: Redis
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    with ExitStack() as stack:
        for name in ("one", "two"):
            stack.enter_context(celery(*WORKER, "--hostname", name))
            stack.enter_context(celery("beat"))
        events = []
        for _ in range(40):
            events.append(make_event(organization).public_id)
            time.sleep(0.05)
        receiver.wait_for(40, seconds=60)
        wait_until(all_succeeded)
        wait_until(lambda: broker.llen("celery") <= 1)
    assert Counter(request.headers["webhook-id"] for request in receiver.requests()) == Counter(events)


def test_a_redis_that_is_emptied_loses_nothing(
    organization: Organization, receiver: Receiver, broker: Redis
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    events = set()
    with celery(*WORKER), celery("beat"):
        for number in range(30):
            events.add(make_event(organization).public_id)
            if number % 3 == 0:
                broker.flushdb()
        wait_until(lambda: {request.headers["webhook-id"] for request in receiver.requests()} == events)
        wait_until(all_succeeded)
