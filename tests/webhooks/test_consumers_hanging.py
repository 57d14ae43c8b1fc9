"""Something in the house that hangs holds up no delivery."""

import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver
from webhooks import consumers
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def may_end() -> Iterator[threading.Event]:
    """A consumer of room.created that hangs until this is set."""
    may_end = threading.Event()
    hangs = consumers.Consumer("hangs", frozenset({"room.created"}), lambda occurrence: wait(may_end))
    consumers.register(hangs)
    yield may_end
    may_end.set()
    consumers.unregister("hangs")


def wait(for_it: threading.Event) -> None:
    for_it.wait(60)


def test_a_drain_ends_in_its_time_and_the_next_one_delivers(
    organization: Organization, receiver: Receiver, settings: Settings, may_end: threading.Event
) -> None:
    settings.WEBHOOK_TIMEOUT = 0.5
    make_event(organization, type="room.created")
    began = time.monotonic()
    assert not drain(run_seconds=0.2)
    assert time.monotonic() - began < 30
    assert Delivery.objects.get().lease is not None
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization, type="room.updated")
    drain(run_seconds=0.2)
    assert len(receiver.requests("/hooks")) == 1
    assert Delivery.objects.get(consumer="").status == DeliveryStatus.SUCCEEDED
