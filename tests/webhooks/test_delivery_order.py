from itertools import pairwise

import pytest

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver, Reply
from webhooks.delivery import drain

pytestmark = pytest.mark.django_db(transaction=True)


def test_first_attempts_of_one_subject_come_in_order_and_one_after_the_other(
    organization: Organization, receiver: Receiver
) -> None:
    """However long each of them takes, and whether it succeeds or fails."""
    receiver.answer("/hooks", *(Reply(delay=0.15 if number % 2 else 0.0) for number in range(8)), Reply(500))
    make_endpoint(organization, url=receiver.url("/hooks"))
    for sequence in range(1, 9):
        for subject in ("A", "B", "C"):
            make_event(organization, subject_id=subject, sequence=sequence, data={"subject": subject})
    drain()
    for subject in ("A", "B", "C"):
        own = [request for request in receiver.requests() if request.document["data"]["subject"] == subject]
        assert [request.document["data"]["sequence"] for request in own] == list(range(1, 9))
        for earlier, later in pairwise(own):
            assert earlier.answered_at is not None
            assert earlier.answered_at <= later.at
