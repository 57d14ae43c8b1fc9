"""A drain that loses the database while it sends: what it had under way doesn't wait for its leases to run out."""

import threading

import pytest
from django.db import OperationalError, connection

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.processes import another_connection
from tests.receiver import Receiver, Reply
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_next_drain_sends_at_once_what_one_that_broke_off_had_under_way(
    organization: Organization, receiver: Receiver
) -> None:
    receiver.answer("/hooks", Reply(hang=True))
    make_endpoint(organization, url=receiver.url("/hooks"))
    make_event(organization)
    backends: list[int] = []
    failures: list[BaseException] = []

    def run() -> None:
        connection.ensure_connection()
        backends.append(connection.connection.info.backend_pid)
        try:
            drain()
        except OperationalError as failure:
            failures.append(failure)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    receiver.wait_for(1, "/hooks")
    with another_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backends[0]])
    receiver.answer("/hooks", Reply())
    receiver.let_go()
    thread.join(30)
    assert failures, "the drain did not notice that its connection was gone"
    assert Delivery.objects.get().leased_until is not None

    drain()

    assert Delivery.objects.get().status == DeliveryStatus.SUCCEEDED
    first, again = receiver.requests("/hooks")
    assert first.body == again.body
