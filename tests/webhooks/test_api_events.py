"""The event log over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event, make_room, make_schedule
from tests.caller import Caller, error_of
from tests.receiver import Receiver
from webhooks.delivery import drain
from webhooks.event_types import ENDPOINT_DISABLED
from webhooks.fanout import place_events
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = "/api/v1/events"


def told(organization: Organization, number: int = 1, **fields: Any) -> list[Event]:
    events = [make_event(organization, **fields) for _ in range(number)]
    place_events()
    return events


def path_of(url: str) -> str:
    return url.partition("8000")[2]


def ids(page: dict[str, Any]) -> list[str]:
    return [row["id"] for row in page["results"]]


def pages(caller: Caller, path: str) -> Iterator[dict[str, Any]]:
    """Up to one that has nothing."""
    while True:
        page = caller.get(path).json()
        yield page
        if not page["results"]:
            return
        path = path_of(page["next"])


def test_it_is_read_in_pages_oldest_first_and_has_no_end(caller: Caller, organization: Organization) -> None:
    events = told(organization, 5)
    read = list(pages(caller, f"{EVENTS}?limit=2"))
    assert [found for page in read for found in ids(page)] == [event.public_id for event in events]
    assert {page["previous"] for page in read} == {None}
    later = told(organization)
    assert ids(caller.get(path_of(read[-1]["next"])).json()) == [later[0].public_id]


def test_an_empty_log_has_a_place_to_go_on(caller: Caller, organization: Organization) -> None:
    empty = caller.get(EVENTS).json()
    assert empty["results"] == []
    (event,) = told(organization)
    assert ids(caller.get(path_of(empty["next"])).json()) == [event.public_id]


def test_an_event_is_shown_as_it_is_sent(
    caller: Caller, organization: Organization, receiver: Receiver
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    event = make_event(organization)
    drain()
    (sent,) = receiver.wait_for(1)
    assert sent.headers["webhook-id"] == event.public_id
    assert caller.get(EVENTS).json()["results"] == [sent.document]
    assert caller.get(f"{EVENTS}/{event.public_id}").json() == sent.document


def test_filters_narrow_and_go_on_narrowing(caller: Caller, organization: Organization) -> None:
    created, updated = told(organization), told(organization, type="booking.updated", sequence=2)
    subject = updated[0].subject_id
    assert ids(caller.get(EVENTS, type="booking.created").json()) == [created[0].public_id]
    assert ids(caller.get(EVENTS, subject=subject).json()) == [updated[0].public_id]
    assert ids(caller.get(EVENTS, subject=subject.upper()).json()) == [updated[0].public_id]
    assert ids(caller.get(EVENTS, subject=subject, type="room.created").json()) == []
    end = caller.get(EVENTS, type="booking.created").json()["next"]
    told(organization, type="booking.canceled", sequence=3)
    newest = told(organization)
    assert ids(caller.get(path_of(end)).json()) == [newest[0].public_id]


def test_a_filter_that_finds_nothing_moves_on_all_the_same(
    caller: Caller, organization: Organization
) -> None:
    told(organization, 3)
    first = caller.get(EVENTS, type="room.created").json()["next"]
    told(organization, 3)
    later = caller.get(path_of(first)).json()["next"]
    assert first != later


def test_a_room_is_known_by_both_of_its_ids(caller: Caller, organization: Organization) -> None:
    room = make_room(make_schedule(organization))
    assert caller.put(f"/api/v1/rooms/{room.pk}", {"name": "The Vault"}).status_code == 200
    place_events()
    by_number, by_text = (caller.get(EVENTS, subject=name).json() for name in (room.pk, room.booking_type))
    assert [row["type"] for row in by_number["results"]] == ["room.updated"]
    assert by_text["results"] == by_number["results"]
    assert caller.get(EVENTS, subject="bt-00000000").json()["results"] == []


@pytest.mark.parametrize(
    "query", ["type=", "type=booking.exploded", "type=*", "subject=", "subject=!", "cursor=x", "colour=red"]
)
def test_what_is_no_filter_is_400(caller: Caller, query: str) -> None:
    assert error_of(caller.get(f"{EVENTS}?{query}"), 400)["details"][0]["field"] == query.partition("=")[0]


def test_another_lists_cursor_is_400(caller: Caller, organization: Organization) -> None:
    told(organization)
    for _ in range(2):
        make_endpoint(organization)
    other = caller.get("/api/v1/webhooks", limit=1).json()["next"]
    cursor = other.partition("cursor=")[2]
    assert error_of(caller.get(f"{EVENTS}?cursor={cursor}"), 400)


def test_the_second_spelling_is_read_by_its_id_alone(caller: Caller, organization: Organization) -> None:
    make_endpoint(organization, events=["booking.cancelled"])
    (event,) = told(organization, type="booking.canceled")
    alias = Event.objects.get(type="booking.cancelled")
    shown = caller.get(f"{EVENTS}/{alias.public_id}").json()
    assert shown["type"] == "booking.cancelled"
    assert shown["data"] == caller.get(f"{EVENTS}/{event.public_id}").json()["data"]
    assert ids(caller.get(EVENTS).json()) == [event.public_id]
    assert caller.get(EVENTS, type="booking.cancelled").json()["results"] == []


def test_the_houses_own_events_are_nowhere(caller: Caller, organization: Organization) -> None:
    (event,) = told(organization, type=ENDPOINT_DISABLED, subject_type="endpoint")
    assert caller.get(EVENTS).json()["results"] == []
    assert error_of(caller.get(f"{EVENTS}/{event.public_id}"), 404)["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "subject", ["٣", "01", "-1", "{6f1c6a52-4f0e-4d5c-9d0a-3c1d2e4b5a60}", "BT-", "x" * 40]
)
def test_a_subject_has_one_form(caller: Caller, subject: str) -> None:
    assert error_of(caller.get(EVENTS, subject=subject), 400)["details"][0]["field"] == "subject"


@pytest.mark.parametrize("name", ["evt_", "evt_0", "x", "evt_" + "0" * 32, "%00", "evt_" + "G" * 32])
def test_what_is_no_event_is_404(caller: Caller, name: str) -> None:
    assert error_of(caller.get(f"{EVENTS}/{name}"), 404)["code"] == "NOT_FOUND"
