"""One endpoint's slowness is its own."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from pytest_django import Settings

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event, make_organization
from tests.processes import wait_until
from tests.receiver import Receiver, Reply
from webhooks.delivery import PLACES, drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.pace import AT_FIRST, AT_MOST

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def draining(run_seconds: float = 20.0) -> Iterator[threading.Thread]:
    """A drain beside the test; leaving the block waits for its end."""

    def run() -> None:
        drain(run_seconds=run_seconds)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()


def test_a_hanging_endpoint_delays_no_other_and_holds_few_places(
    organization: Organization, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_TIMEOUT = 15.0
    receiver.answer("/hangs", Reply(hang=True))
    make_endpoint(organization, url=receiver.url("/hangs"))
    make_endpoint(organization, url=receiver.url("/answers"))
    make_event(organization)
    delays = []
    with draining():
        receiver.wait_for(1, "/hangs")
        for number in range(12):
            make_event(organization)
            committed_at = time.monotonic()
            delays.append(receiver.wait_for(number + 2, "/answers")[-1].at - committed_at)
        assert receiver.at_once("/hangs") == receiver.most_at_once("/hangs") == AT_FIRST
        receiver.answer("/hangs", Reply())
        receiver.let_go()
        wait_until(lambda: not Delivery.objects.exclude(status=DeliveryStatus.SUCCEEDED).exists())
    assert statistics.median(delays) < 1
    assert len(receiver.requests("/hangs")) == 13


def test_a_fast_endpoint_gets_more_at_once_but_never_more_than_the_cap(
    organization: Organization, receiver: Receiver
) -> None:
    receiver.answer("/hooks", Reply(delay=0.05))
    make_endpoint(organization, url=receiver.url("/hooks"))
    for _ in range(60):
        make_event(organization)
    drain()
    assert len(receiver.requests()) == 60
    assert AT_FIRST < receiver.most_at_once("/hooks") <= AT_MOST


def test_at_the_end_of_its_time_a_drain_serves_whoever_answers_and_leaves_the_rest(
    organization: Organization, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_TIMEOUT = 4.0
    receiver.answer("/hangs", Reply(hang=True))
    make_endpoint(organization, url=receiver.url("/hangs"))
    make_endpoint(organization, url=receiver.url("/answers"))
    for _ in range(4):
        make_event(organization)
    began = time.monotonic()
    with draining(run_seconds=2.0):
        receiver.wait_for(4, "/answers")
        time.sleep(max(0.0, began + 2.4 - time.monotonic()))
        make_event(organization)
        receiver.wait_for(5, "/answers", seconds=3)
    assert len(receiver.requests("/hangs")) == AT_FIRST
    left = Delivery.objects.filter(endpoint__url=receiver.url("/hangs"), attempts=[])
    assert left.count() == 5 - AT_FIRST
    assert Endpoint.objects.filter(failing_since__isnull=False).count() == 1


def test_hundreds_of_hanging_endpoints_of_one_organization_delay_neither_its_others_nor_anybody_else(
    organization: Organization, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_TIMEOUT = 30.0
    receiver.answer("/hangs", Reply(hang=True))
    hanging = [make_endpoint(organization, url=receiver.url("/hangs"))[0] for _ in range(PLACES // 2 + 10)]
    make_event(organization)
    with draining(run_seconds=40.0):
        receiver.wait_for(len(hanging), "/hangs", seconds=20)
        for venue, path in ((organization, "/own"), (make_organization(), "/other")):
            make_endpoint(venue, url=receiver.url(path))
            make_event(venue)
            receiver.wait_for(1, path, seconds=15)
        assert receiver.at_once("/hangs") >= len(hanging)
        receiver.answer("/hangs", Reply())
        receiver.let_go()
