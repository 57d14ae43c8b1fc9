"""SIGKILL at the worst moment: the event arrives again, the same as before."""

import random
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from standardwebhooks import Webhook

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.processes import wait_until
from tests.receiver import Receiver, Reply
from tests.webhooks.workers import drain_process
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = timedelta(seconds=31)
# Sends, and is about to record when it stops for good.
STOPS_BEFORE_RECORDING = """
import time
from pathlib import Path
from webhooks import delivery
def stop(results):
    Path({marker!r}).touch()
    time.sleep(60)
delivery.record_results = stop
delivery.drain()
"""


def no_session_of(name: str) -> bool:
    """PostgreSQL finishes what a process had asked for when it was killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", [name])
        return not cursor.fetchall()


def same_message_twice(receiver: Receiver, secret: str) -> None:
    first, second = receiver.requests("/hooks")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    for request in (first, second):
        Webhook(secret).verify(request.body, request.headers)


def test_killed_while_the_receiver_thinks(organization: Organization, receiver: Receiver) -> None:
    receiver.answer("/hooks", Reply(hang=True), Reply())
    _, secret = make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    with drain_process() as process:
        receiver.wait_for(1, seconds=30)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert drain()
    assert len(receiver.requests()) == 1, "the lease of the dead keeps others away for a while"
    clock.shift = LEASE
    drain()
    same_message_twice(receiver, secret)
    assert Delivery.objects.get().status == DeliveryStatus.SUCCEEDED


def test_killed_between_the_answer_and_the_record(
    organization: Organization, receiver: Receiver, tmp_path: Path
) -> None:
    _, secret = make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    marker = tmp_path / "answered"
    with drain_process(STOPS_BEFORE_RECORDING.format(marker=str(marker))) as process:
        wait_until(marker.exists)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert Delivery.objects.get().attempts == []
    clock.shift = LEASE
    drain()
    same_message_twice(receiver, secret)
    assert Delivery.objects.get().status == DeliveryStatus.SUCCEEDED


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.faults)])
def test_killed_at_any_moment_under_load_every_event_arrives(
    organization: Organization, receiver: Receiver, kills: int
) -> None:
    dice = random.Random(kills)
    for path in ("/one", "/two"):
        receiver.answer(path, Reply(delay=0.01))
        make_endpoint(organization, url=receiver.url(path))
    recorded = (make_event(organization) for _ in range(12 * kills))
    events = {event.public_id: {event.body.encode()} for event in recorded}
    for number in range(1, kills + 1):
        with drain_process(PGAPPNAME="killed") as process:
            receiver.wait_for(number * 10, seconds=60)
            time.sleep(dice.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until(lambda: no_session_of("killed"))
        Delivery.objects.filter(leased_until__isnull=False).update(leased_until=clock.now())
    while not drain():
        pass
    for path in ("/one", "/two"):
        assert bodies_that_came(receiver, path) == events
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.SUCCEEDED}


def bodies_that_came(receiver: Receiver, path: str) -> dict[str, set[bytes]]:
    bodies: dict[str, set[bytes]] = {}
    for request in receiver.requests(path):
        bodies.setdefault(request.headers["webhook-id"], set()).add(request.body)
    return bodies
