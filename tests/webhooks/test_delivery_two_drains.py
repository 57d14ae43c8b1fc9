"""Two drains at once, in two processes, share the work: where nothing fails, each event is sent once."""

from collections import Counter
from contextlib import ExitStack

import pytest

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver, Reply
from tests.webhooks.workers import drain_process
from webhooks.models import Delivery, DeliveryStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_event_arrives_once_at_each_endpoint(organization: Organization, receiver: Receiver) -> None:
    paths = [f"/{number}" for number in range(6)]
    for path in paths:
        receiver.answer(path, Reply(delay=0.02))
        make_endpoint(organization, url=receiver.url(path))
    events = [make_event(organization) for _ in range(25)]
    with ExitStack() as stack:
        processes = [stack.enter_context(drain_process()) for _ in range(2)]
        for process in processes:
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
    arrived = Counter((request.path, request.headers["webhook-id"]) for request in receiver.requests())
    assert arrived == {(path, event.public_id): 1 for path in paths for event in events}
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.SUCCEEDED}
