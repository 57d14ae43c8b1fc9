"""A booking's `ETag` and `If-Match`; and what was read can be sent back as it is."""

from datetime import timedelta
from typing import Any

import pytest

from bookingflow.api.conditional import etag_of
from bookingflow.lib import clock
from bookingflow.lib.errors import PreconditionFailed
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from bookingflow.organizations.scopes import PRESETS
from bookings import services
from bookings.lifecycle import Status
from bookings.models import Booking
from tests.bookings.race import race, refusals, won
from tests.bookings.stage import again, booking_in, priced_room, stand_at, told
from tests.builders import make_api_key, make_booking, make_schedule, slot
from tests.caller import Caller, error_of

CHANGING: list[tuple[str, Any]] = [("PUT", {"notes": "Mine"}), ("PATCH", {"notes": "Mine"}), ("DELETE", None)]


@pytest.fixture
def booking(organization: Organization) -> Booking:
    return make_booking(priced_room(make_schedule(organization)))


def path_of(booking: Booking) -> str:
    return f"/api/v1/bookings/{booking.pk}"


def test_every_answer_with_the_booking_names_its_version(caller: Caller, booking: Booking) -> None:
    path = path_of(booking)
    body = {"room": booking.room_id, "start": slot(12).isoformat(), "payment": "hold"}
    made = caller.post("/api/v1/bookings", body | {"customer": {"name": "Ada", "email": "a@example.com"}})
    assert made["ETag"] == caller.get(made["Location"])["ETag"]
    confirmed = caller.post(f"{made['Location']}/confirm", {"paid": 1000, "method": "cash"})
    assert confirmed["ETag"] == caller.get(made["Location"])["ETag"] != made["ETag"]
    for method, change in [
        ("PUT", {"notes": "A"}),
        ("PATCH", {"start": slot(14).isoformat()}),
        ("DELETE", None),
    ]:
        before = caller.get(path)["ETag"]
        changed = caller.send(method, path, change)
        assert changed["ETag"] == caller.get(path)["ETag"] != before


def test_each_name_and_each_key_is_given_the_same_version(caller: Caller, booking: Booking) -> None:
    tag = caller.get(path_of(booking))["ETag"]
    reader = Caller(make_api_key(booking.organization, scopes=PRESETS["read-only"])[1])
    assert caller.get(f"/v1/bookings/{booking.reference.lower()}")["ETag"] == tag
    assert caller.get(path_of(booking).upper().replace("/API/V1/BOOKINGS", "/api/v1/bookings"))["ETag"] == tag
    assert reader.get(path_of(booking))["ETag"] == tag


def test_a_change_of_nothing_leaves_the_version(caller: Caller, booking: Booking) -> None:
    tag = caller.get(path_of(booking))["ETag"]
    clock.shift = timedelta(minutes=5)
    assert caller.put(path_of(booking), {"guests": booking.guests})["ETag"] == tag


def test_every_change_of_its_own_is_another_version(caller: Caller, booking: Booking) -> None:
    path, bo = path_of(booking), {"name": "Bo", "email": "bo@example.com"}
    tags = [caller.get(path)["ETag"]]
    changes: list[tuple[str, str, Any]] = [
        ("POST", f"{path}/payments", {"amount": 1000, "method": "cash"}),
        ("POST", f"{path}/refunds", {"amount": 400}),
        ("PATCH", path, {"notes": "A"}),
        ("PATCH", path, {"metadata": {"a": "b"}}),
        ("PATCH", path, {"customer": bo}),
        ("PATCH", path, {"start": slot(12).isoformat()}),
        ("PATCH", path, {"guests": 2}),
        ("DELETE", path, None),
    ]
    for method, where, body in changes:
        assert caller.send(method, where, body).status_code < 300
        tags.append(caller.get(path)["ETag"])
    assert len(set(tags)) == len(changes) + 1


def test_the_version_is_its_own_alone(caller: Caller, booking: Booking) -> None:
    """Neither time nor its customer's new name, nor the room's, is a change of the booking."""
    path, body = path_of(booking), {"name": "Ada Lovelace"}
    tag = caller.get(path)["ETag"]
    assert caller.patch(f"/api/v1/customers/{booking.customer_id}", body).status_code == 200
    assert caller.patch(f"/api/v1/rooms/{booking.room_id}", body).status_code == 200
    clock.shift = timedelta(hours=1)
    again = caller.get(path)
    assert (again.json()["customer"]["name"], again.json()["room"]["name"]) == ("Ada Lovelace",) * 2
    assert again["ETag"] == tag
    assert caller.patch(path, {"notes": "Mine"}, headers={"If-Match": tag}).status_code == 200


def test_a_hold_that_runs_out_is_in_another_state_not_version(
    caller: Caller, organization: Organization
) -> None:
    hold = make_booking(priced_room(make_schedule(organization)), hold=True)
    tag = caller.get(path_of(hold))["ETag"]
    stand_at(hold.hold_expires_at)
    shown = caller.get(path_of(hold))
    assert (shown.json()["status"], shown["ETag"]) == ("expired", tag)
    refused = caller.put(path_of(hold), {"notes": "Mine"}, headers={"If-Match": tag})
    assert error_of(refused, 409)["code"] == "BOOKING_STATE_CONFLICT"


@pytest.mark.parametrize(("method", "body"), CHANGING)
@pytest.mark.parametrize("sent", ['"other", {tag}', "*"])
def test_the_version_that_there_is_may_be_changed(
    caller: Caller, booking: Booking, method: str, body: Any, sent: str
) -> None:
    tag = caller.get(path_of(booking))["ETag"]
    answer = caller.send(method, path_of(booking), body, headers={"If-Match": sent.format(tag=tag)})
    assert answer.status_code == 200
    assert answer["ETag"] != tag


@pytest.mark.parametrize(("method", "body"), CHANGING)
def test_another_version_is_412_and_nothing_is_changed(
    caller: Caller, booking: Booking, method: str, body: Any
) -> None:
    seen = caller.get(path_of(booking))["ETag"]
    theirs = caller.put(path_of(booking), {"notes": "Theirs"})
    for tag in (seen, f"W/{theirs['ETag']}", '"x"'):
        error = error_of(caller.send(method, path_of(booking), body, headers={"If-Match": tag}), 412)
        assert error["code"] == "PRECONDITION_FAILED"
    assert caller.get(path_of(booking)).content == theirs.content


@pytest.mark.parametrize(("method", "body"), CHANGING)
def test_what_is_no_entity_tag_is_400(caller: Caller, booking: Booking, method: str, body: Any) -> None:
    error = error_of(caller.send(method, path_of(booking), body, headers={"If-Match": "abc"}), 400)
    assert [detail["field"] for detail in error["details"]] == ["If-Match"]


def test_a_replay_carries_the_version_of_its_answer(caller: Caller, booking: Booking) -> None:
    tag = caller.get(path_of(booking))["ETag"]
    sent = {"key": "once", "headers": {"If-Match": tag}}
    first = caller.put(path_of(booking), {"notes": "Mine"}, **sent)
    replayed = caller.put(path_of(booking), {"notes": "Mine"}, **sent)
    assert (replayed.status_code, replayed.content) == (200, first.content)
    assert replayed["ETag"] == first["ETag"] != tag


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cancels", [False, True])
def test_of_many_who_saw_the_same_version_one_changes_it(cancels: bool) -> None:
    booking = make_booking()
    by = {"organization": booking.organization, "actor": SYSTEM, "booking_id": booking.pk}
    seen = etag_of(again(booking))

    def check(locked: Booking) -> None:
        if etag_of(locked) != seen:
            raise PreconditionFailed

    def call(number: int) -> Booking:
        if cancels:
            return services.cancel_booking(**by, if_match=check)
        return services.change_booking(**by, notes=f"Note {number}", if_match=check)

    outcomes = race([lambda number=number: call(number) for number in range(6)])
    assert len(won(outcomes)) == 1
    assert refusals(outcomes) == ["PRECONDITION_FAILED"] * 5


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_is_shown_can_be_sent_back_in_every_state(
    caller: Caller, organization: Organization, status: Status, method: str
) -> None:
    booking = booking_in(status, priced_room(make_schedule(organization)))
    shown, events = caller.get(path_of(booking)), told(booking)
    assert shown.json()["status"] == status
    answer = caller.send(method, path_of(booking), shown.json(), headers={"If-Match": shown["ETag"]})
    assert (answer.status_code, answer.content) == (200, shown.content)
    assert told(booking) == events


def test_an_erased_customer_can_be_sent_back(caller: Caller, booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(customer=None)
    shown = caller.get(path_of(booking))
    assert shown.json()["customer"] == {"id": None, "name": "Erased", "email": None, "phone": None}
    assert caller.put(path_of(booking), shown.json()).content == shown.content


@pytest.mark.parametrize("change", [{"guests": 2}, {"notes": "Late"}, {"metadata": {"my_key": "snake"}}])
def test_what_was_read_can_be_edited_and_sent_back(
    caller: Caller, booking: Booking, change: dict[str, Any]
) -> None:
    shown = caller.get(path_of(booking)).json()
    answer = caller.put(f"/api/v1/bookings/{booking.reference.lower()}", shown | change)
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in change} == change
