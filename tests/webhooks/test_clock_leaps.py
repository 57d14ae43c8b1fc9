"""A clock that is set a day ahead, or back, or both in turn: nothing is lost, sent twice, or put off for good."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from pytest_django import Settings

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver, Reply
from webhooks.claims import claim_for_endpoints
from webhooks.delivery import drain
from webhooks.fanout import place_events
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.queries import event_log
from webhooks.tasks import tidy

pytestmark = pytest.mark.django_db(transaction=True)

A_DAY = timedelta(days=1)
LEAPS = [(A_DAY, timedelta(0)), (-A_DAY, timedelta(0)), (A_DAY, -A_DAY), (-A_DAY, A_DAY)]


@pytest.fixture(autouse=True)
def _endpoint(organization: Organization, receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_RETRY_SCHEDULE = (0, 60, 60)
    make_endpoint(organization, url=receiver.url("/hooks"))


def set_clock(shift: timedelta) -> None:
    """And beat's next minute has come."""
    clock.shift = shift
    tidy()


def sent(receiver: Receiver) -> Sequence[str]:
    return [request.headers["webhook-id"] for request in receiver.requests()]


@pytest.mark.parametrize(("there", "back"), LEAPS)
def test_what_is_recorded_placed_and_sent_across_leaps_comes_once_and_in_order(
    organization: Organization, receiver: Receiver, there: timedelta, back: timedelta
) -> None:
    events = []
    for sequence, shift in enumerate((timedelta(0), there, back, there), start=1):
        set_clock(shift)
        events.append(make_event(organization, subject_id="A", sequence=sequence).public_id)
        drain()
    assert sent(receiver) == events
    assert [event.public_id for event in event_log(organization)] == events


@pytest.mark.parametrize(("there", "back"), LEAPS)
def test_what_was_placed_under_another_clock_is_sent_under_this_one(
    organization: Organization, receiver: Receiver, there: timedelta, back: timedelta
) -> None:
    clock.shift = there
    events = [make_event(organization, subject_id="A", sequence=number).public_id for number in range(1, 4)]
    place_events()
    set_clock(back)
    drain()
    assert sent(receiver) == events


@pytest.mark.parametrize(("there", "back"), LEAPS)
def test_a_lease_given_under_another_clock_ends(
    organization: Organization, receiver: Receiver, there: timedelta, back: timedelta
) -> None:
    """Of a worker that was killed."""
    make_event(organization)
    place_events()
    set_clock(there)
    assert claim_for_endpoints(places=1, per_organization=1, allowances={}) or there < timedelta(0)
    set_clock(back)
    drain()
    clock.shift += timedelta(minutes=1)
    drain()
    assert len(sent(receiver)) == 1


@pytest.mark.parametrize(("there", "back"), LEAPS)
def test_a_retry_put_off_under_another_clock_comes_within_the_longest_wait_there_is(
    organization: Organization, receiver: Receiver, there: timedelta, back: timedelta
) -> None:
    """A receiver may ask for a day: what lies no further ahead than that may have been put off by this clock."""
    receiver.answer("/hooks", Reply(status=500), Reply())
    clock.shift = there
    make_event(organization)
    drain()
    for waited in (timedelta(minutes=20), A_DAY + timedelta(minutes=20)):
        set_clock(back + waited)
        drain()
    assert len(sent(receiver)) == 2
    assert Delivery.objects.get().status == DeliveryStatus.SUCCEEDED


def test_a_day_ahead_and_back_disables_no_endpoint_that_failed_once(
    organization: Organization, receiver: Receiver
) -> None:
    receiver.answer("/hooks", Reply(status=500))
    make_event(organization)
    drain()
    for shift in (A_DAY, timedelta(0), A_DAY):
        set_clock(shift)
        drain()
    assert Endpoint.objects.get().active
    assert Endpoint.objects.get().failing_since
