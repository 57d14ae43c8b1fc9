"""Who gets a delivery of which event, and under which name."""

import pytest
from pytest_django import Settings

from bookingflow.lib import clock, json
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event, make_organization
from webhooks.endpoint_health import disable_failing_endpoint
from webhooks.event_types import ENDPOINT_DISABLED
from webhooks.fanout import place_events
from webhooks.models import Delivery, Endpoint, Event
from webhooks.queries import event_log

pytestmark = pytest.mark.django_db


def told(endpoint: Endpoint) -> list[str]:
    """The names under which the endpoint is told, in the order in which that is due."""
    due = Delivery.objects.filter(endpoint=endpoint).order_by("next_attempt_at", "event__type")
    return list(due.values_list("event__type", flat=True))


def test_the_schedules_first_entry_is_the_wait_before_the_first_attempt(
    organization: Organization, settings: Settings
) -> None:
    settings.WEBHOOK_RETRY_SCHEDULE = (90, 5)
    make_endpoint(organization)
    make_event(organization)
    before = clock.now()
    place_events()
    due = Delivery.objects.get().next_attempt_at
    assert due
    assert 90 <= (due - before).total_seconds() < 120


def test_an_endpoint_is_told_what_it_subscribes_to(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization, events=["booking.created", "room.updated"])
    for event_type in ("booking.created", "booking.updated", "room.updated"):
        make_event(organization, type=event_type)
    place_events()
    assert told(endpoint) == ["booking.created", "room.updated"]


def test_another_organization_is_told_nothing(organization: Organization) -> None:
    stranger, _ = make_endpoint(make_organization())
    make_event(organization)
    place_events()
    assert told(stranger) == []


def test_an_endpoint_that_is_switched_off_is_told_nothing(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization)
    Endpoint.objects.update(active=False)
    make_event(organization)
    place_events()
    assert told(endpoint) == []


def test_the_other_spelling_has_an_id_of_its_own_and_no_place_in_the_log(organization: Organization) -> None:
    british, _ = make_endpoint(organization, events=["booking.cancelled"])
    also_british, _ = make_endpoint(organization, events=["booking.cancelled", "booking.canceled"])
    original = make_event(organization, type="booking.canceled", data={"booking": {"id": "b"}})
    place_events()
    alias = Event.objects.get(type="booking.cancelled")
    assert told(british) == ["booking.cancelled"]
    assert told(also_british) == ["booking.canceled", "booking.cancelled"]
    assert (alias.alias_of, alias.position) == (original, None)
    assert list(event_log(organization)) == [original]
    sent, first = json.loads(alias.body), json.loads(original.body)
    assert sent == first | {"id": alias.public_id, "type": "booking.cancelled"}
    assert alias.public_id != original.public_id


def test_nobody_asking_for_the_other_spelling_means_no_such_event(organization: Organization) -> None:
    make_endpoint(organization)
    make_event(organization, type="booking.canceled")
    place_events()
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("new_id", "expected"), [("b", ["booking.updated"]), ("a", [])], ids=["a new booking", "a move in place"]
)
def test_a_reschedule_is_an_update_where_it_made_a_new_booking(
    organization: Organization, new_id: str, expected: list[str]
) -> None:
    endpoint, _ = make_endpoint(organization, events=["booking.updated"])
    data = {"booking": {"id": new_id}, "oldBookingId": "a", "newBookingId": new_id}
    make_event(organization, type="booking.rescheduled", data=data)
    place_events()
    assert told(endpoint) == expected


def test_what_the_house_tells_itself_goes_to_its_consumer_alone(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization)
    failing, _ = make_endpoint(organization)
    disable_failing_endpoint(endpoint=failing, fault="It answered 410 Gone.", at=clock.now())
    place_events()
    (delivery,) = Delivery.objects.all()
    assert (delivery.event.type, delivery.endpoint, delivery.consumer) == (
        ENDPOINT_DISABLED,
        None,
        "owners-email",
    )
    assert told(endpoint) == []
    assert not event_log(organization).exists()
