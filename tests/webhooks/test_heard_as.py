import pytest

from webhooks.event_types import ENDPOINT_DISABLED, EVENT_TYPES, SUBSCRIBABLE, heard_as


def names(event_type: str, *subscriptions: str, made_new_booking: bool = False) -> list[str]:
    return heard_as(event_type, subscriptions=subscriptions, made_new_booking=made_new_booking)


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
def test_a_star_stands_for_every_type_under_its_own_name(event_type: str) -> None:
    assert names(event_type, "*", made_new_booking=True) == [event_type]


def test_nobody_hears_what_they_did_not_ask_for() -> None:
    assert names("booking.created", "booking.updated", "room.created") == []


def test_the_other_spelling_is_for_those_who_subscribe_to_it() -> None:
    assert names("booking.canceled", "booking.cancelled") == ["booking.cancelled"]
    assert names("booking.canceled", "booking.canceled") == ["booking.canceled"]
    assert names("booking.canceled", "*", "booking.cancelled") == ["booking.canceled", "booking.cancelled"]


def test_a_reschedule_into_a_new_booking_is_an_update_for_those_who_know_no_reschedules() -> None:
    assert names("booking.rescheduled", "booking.updated", made_new_booking=True) == ["booking.updated"]
    both = names("booking.rescheduled", "booking.updated", "booking.rescheduled", made_new_booking=True)
    assert both == ["booking.rescheduled"]


def test_a_move_in_place_has_its_own_update_and_is_not_told_twice() -> None:
    assert names("booking.rescheduled", "booking.updated", made_new_booking=False) == []


def test_what_the_house_tells_itself_goes_to_no_endpoint() -> None:
    assert names(ENDPOINT_DISABLED, "*", ENDPOINT_DISABLED) == []
    assert ENDPOINT_DISABLED not in SUBSCRIBABLE
