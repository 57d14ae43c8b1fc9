"""Deliveries over HTTP: looking at them, and sending them once more."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_delivery, make_endpoint, make_event
from tests.caller import Caller, error_of
from tests.receiver import Receiver, Reply
from webhooks import sending_again
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint, Event, Replay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(organization: Organization, receiver: Receiver) -> Endpoint:
    return make_endpoint(organization, url=receiver.url("/hooks"))[0]


def path_of(endpoint: Endpoint, rest: str) -> str:
    return f"/api/v1/webhooks/{endpoint.pk}/{rest}"


def sent(receiver: Receiver) -> list[str]:
    return [request.headers["webhook-id"] for request in receiver.requests("/hooks")]


def an_hour_ago() -> str:
    return (clock.now() - timedelta(hours=1)).isoformat()


def test_a_delivery_shows_its_attempts(
    caller: Caller, organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    receiver.answer("/hooks", Reply(status=500, body="no"))
    event = make_event(organization)
    drain()
    (shown,) = caller.get(path_of(endpoint, "deliveries")).json()["results"]
    assert shown["event"] == {"id": event.public_id, "type": "booking.created"}
    assert shown["status"] == "failed"
    assert shown["nextAttemptAt"] > shown["createdAt"]
    (attempt,) = shown["attempts"]
    assert (attempt["status"], attempt["error"], attempt["response"]) == (500, None, "no")


def test_they_are_filtered_by_status_and_come_newest_first_in_pages(
    caller: Caller, endpoint: Endpoint
) -> None:
    waiting = [make_delivery(endpoint, created_at=clock.now()) for _ in range(3)]
    make_delivery(endpoint, status=DeliveryStatus.SUCCEEDED, next_attempt_at=None)
    make_delivery(make_endpoint()[0])
    first = caller.get(path_of(endpoint, "deliveries"), status="pending", limit=2).json()
    rest = caller.get(first["next"].partition("8000")[2]).json()
    found = [row["id"] for row in first["results"] + rest["results"]]
    assert found == [str(each.pk) for each in reversed(waiting)]
    assert caller.get(path_of(endpoint, "deliveries"), status="exhausted").json()["results"] == []
    for query in ("status=", "status=lost", "status=pending,failed", "colour=red", "cursor=x"):
        assert error_of(caller.get(f"{path_of(endpoint, 'deliveries')}?{query}"), 400)


def test_an_exhausted_delivery_is_sent_once_more_with_the_whole_schedule_before_it(
    caller: Caller, organization: Organization, receiver: Receiver, endpoint: Endpoint, settings: Settings
) -> None:
    settings.WEBHOOK_RETRY_SCHEDULE = (0, 0)
    receiver.answer("/hooks", *[Reply(status=500)] * 3, Reply(status=200))
    event = make_event(organization)
    drain()
    delivery = Delivery.objects.get()
    assert (delivery.status, len(delivery.attempts)) == (DeliveryStatus.EXHAUSTED, 2)
    answer = caller.post(path_of(endpoint, f"deliveries/{delivery.pk}/resend"), key="again")
    assert answer.status_code == 202
    assert answer.json()["id"] == str(delivery.pk)
    assert (answer.json()["status"], len(answer.json()["attempts"])) == ("pending", 2)
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, len(delivery.attempts)) == (DeliveryStatus.SUCCEEDED, 4)
    assert sent(receiver) == [event.public_id] * 4
    assert len({request.body for request in receiver.requests()}) == 1


def test_a_retry_of_the_call_sends_nothing_more(
    caller: Caller, organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    make_event(organization)
    drain()
    path = path_of(endpoint, f"deliveries/{Delivery.objects.get().pk}/resend")
    first = caller.post(path, key="again")
    drain()
    assert caller.post(path, key="again").content == first.content
    drain()
    assert len(sent(receiver)) == 2


def test_what_waits_for_its_first_attempt_is_left_as_it_is(caller: Caller, endpoint: Endpoint) -> None:
    delivery = make_delivery(endpoint)
    caller.post(path_of(endpoint, f"deliveries/{delivery.pk}/resend"))
    before = delivery.next_attempt_at
    delivery.refresh_from_db()
    assert delivery.next_attempt_at == before


def test_attempts_of_old_are_forgotten_when_it_is_sent_again_and_again(
    caller: Caller, organization: Organization, endpoint: Endpoint
) -> None:
    attempts = [
        {"at": "2026-11-01T00:00:00Z", "status": number, "durationMs": 1, "error": None, "response": ""}
        for number in range(100, 150)
    ]
    delivery = make_delivery(endpoint, status="exhausted", next_attempt_at=None, attempts=attempts)
    shown = caller.post(path_of(endpoint, f"deliveries/{delivery.pk}/resend")).json()
    assert shown["attempts"] == attempts[-sending_again.ATTEMPTS_KEPT :]


def test_nothing_is_sent_again_to_a_disabled_endpoint(caller: Caller, endpoint: Endpoint) -> None:
    delivery = make_delivery(endpoint, status="exhausted", next_attempt_at=None)
    Endpoint.objects.update(active=False)
    for path, body in ((f"deliveries/{delivery.pk}/resend", None), ("replay", {"since": an_hour_ago()})):
        error = error_of(caller.post(path_of(endpoint, path), body), 409)
        assert "enable it" in error["message"]


def test_another_endpoints_delivery_is_404(
    caller: Caller, organization: Organization, endpoint: Endpoint
) -> None:
    other = make_delivery(make_endpoint(organization)[0])
    for name in (other.pk, uuid4(), "x"):
        assert error_of(caller.post(path_of(endpoint, f"deliveries/{name}/resend")), 404)


def test_a_replay_sends_every_event_since_then_once_more(
    caller: Caller, organization: Organization, receiver: Receiver, endpoint: Endpoint
) -> None:
    before, *events = [make_event(organization) for _ in range(4)]
    Event.objects.filter(pk=before.pk).update(recorded_at=clock.now() - timedelta(hours=2))
    drain()
    answer = caller.post(path_of(endpoint, "replay"), {"since": an_hour_ago()})
    assert (answer.status_code, answer.json()) == (202, {"events": 3})
    drain()
    assert sent(receiver)[4:] == [event.public_id for event in events]
    bodies = {(request.headers["webhook-id"], request.body) for request in receiver.requests()}
    assert len(bodies) == 4
    assert not Replay.objects.exists()
    assert Delivery.objects.count() == 4


def test_a_replay_sends_what_the_endpoint_subscribes_to_now_also_from_before_it_was_there(
    caller: Caller, organization: Organization, receiver: Receiver
) -> None:
    canceled = make_event(organization, type="booking.canceled")
    new_one = {"oldBookingId": str(uuid4()), "newBookingId": str(uuid4())}
    make_event(organization, type="booking.rescheduled", data=new_one)
    in_place = dict.fromkeys(new_one, str(uuid4()))
    make_event(organization, type="booking.rescheduled", data=in_place)
    make_event(organization, type="room.created")
    drain()
    late = make_endpoint(
        organization, url=receiver.url("/hooks"), events=["booking.cancelled", "booking.updated"]
    )[0]
    for _ in range(2):
        answer = caller.post(path_of(late, "replay"), {"since": an_hour_ago()})
        assert answer.json() == {"events": 2}
        drain()
    types = [request.document["type"] for request in receiver.requests()]
    assert types == ["booking.cancelled", "booking.updated"] * 2
    assert len(set(sent(receiver))) == 2
    assert canceled.public_id not in sent(receiver)


def test_a_replay_of_nothing_is_none(caller: Caller, endpoint: Endpoint) -> None:
    for since in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", an_hour_ago()):
        assert caller.post(path_of(endpoint, "replay"), {"since": since}).json() == {"events": 0}
    for body in ({}, {"since": "yesterday"}, {"since": "2026-11-01T10:00:00"}, {"since": 7}):
        details = error_of(caller.post(path_of(endpoint, "replay"), body), 400)["details"]
        assert [detail["field"] for detail in details] == ["since"]


def test_thousands_are_counted_in_the_call_and_made_due_bit_by_bit(
    caller: Caller, organization: Organization, endpoint: Endpoint
) -> None:
    fill(organization, 5_000)
    assert caller.post(path_of(endpoint, "replay"), {"since": an_hour_ago()}).json() == {"events": 5_000}
    assert Delivery.objects.count() == 0
    assert sending_again.continue_replays() == sending_again.BATCH
    assert sending_again.continue_replays() == 0, "as long as those are waiting"
    Delivery.objects.update(status=DeliveryStatus.SUCCEEDED, next_attempt_at=None)
    assert sending_again.continue_replays() == sending_again.BATCH
    assert Delivery.objects.count() == 2 * sending_again.BATCH


def test_a_second_replay_takes_in_what_is_left_of_the_first(
    caller: Caller, organization: Organization, endpoint: Endpoint
) -> None:
    fill(organization, 1_000)
    for _ in range(2):
        caller.post(path_of(endpoint, "replay"), {"since": an_hour_ago()})
    assert Replay.objects.count() == 1
    while Replay.objects.exists():
        sending_again.continue_replays()
        Delivery.objects.update(status=DeliveryStatus.SUCCEEDED, next_attempt_at=None)
    assert Delivery.objects.count() == 1_000


def fill(organization: Organization, number: int) -> None:
    """The log, with events of as many bookings."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO webhooks_event
                (id, organization_id, type, subject_type, subject_id, sequence, body, recorded_at, position)
            SELECT gen_random_uuid(), %s, 'booking.created', 'booking', number, 1, '{}', now(),
                extract(epoch FROM now()) * 1000000 + number
            FROM generate_series(1, %s) AS number
            """,
            [organization.pk, number],
        )
