"""Refunds and disputes whose webhook never came: found in Stripe's own list, by the worker and by hand."""

from datetime import timedelta

import pytest
from django.conf import settings

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from bookings import tasks
from bookings.models import Refund, StripeEvent
from bookings.payments import missed
from rooms.models import Room
from tests.caller import Caller
from tests.stripe.stage import (
    events_of,
    figures,
    hold,
    intent_of,
    later,
    paid,
    payments,
    room_of,
    sound,
    tell_paid,
)
from tests.stripe.standin import StandIn, event, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(organization: Organization) -> Room:
    return room_of(organization)


def test_a_refund_in_the_dashboard_is_taken_over_once(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    stripe.keep(event("refund.created", stripe.refund(intent_of(shown), 2000)))
    tasks.take_in_missed_events()
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)
    assert missed.take_in_missed() == missed.Missed()
    assert events_of(shown)[2:] == ["refund.succeeded"]
    sound()


def test_so_is_one_that_fails_after_all(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund = stripe.refund(intent_of(shown), 2000)
    tell(stripe.keep(event("refund.created", refund)))
    stripe.keep(event("refund.failed", refund | {"status": "failed"}))
    tasks.take_in_missed_events()
    assert Refund.objects.get().status == "failed"
    assert figures(caller, shown) == (12000, 6000, 0, 6000)


def test_and_a_dispute(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    dispute = {"id": "dp_1", "payment_intent": intent_of(shown), "status": "needs_response"}
    stripe.keep(event("charge.dispute.created", dispute))
    tasks.take_in_missed_events()
    assert payments(shown)[0].dispute_status == "needs_response"


def test_of_an_account_of_their_own_too(caller: Caller, room: Room, stripe: StandIn) -> None:
    Organization.objects.update(stripe_account="acct_1")
    shown = hold(caller, room)
    tell_paid(stripe, shown, account="acct_1")
    refund = event("refund.created", stripe.refund(intent_of(shown), 2000), account="acct_1")
    stripe.keep(refund | {"account": "acct_2"})
    tasks.take_in_missed_events()
    assert figures(caller, shown)[2] == 0
    stripe.keep(refund)
    tasks.take_in_missed_events()
    assert figures(caller, shown)[2] == 2000


def test_no_further_back_than_is_asked_for(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    stripe.keep(event("refund.created", stripe.refund(intent_of(shown), 2000)))
    later(days=5)
    assert missed.take_in_missed().taken_in == 0
    assert missed.take_in_missed(since=clock.now() - timedelta(days=6)).taken_in == 1


def test_out_of_reach_it_is_told_and_found_the_next_time(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    stripe.keep(event("refund.created", stripe.refund(intent_of(shown), 2000)))
    stripe.mood(fail=1, only="/v1/events")
    assert missed.take_in_missed() == missed.Missed(accounts_failed=1)
    assert missed.take_in_missed() == missed.Missed(taken_in=1)


def test_what_is_not_understood_is_passed_over(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    stripe.keep(event("refund.created", stripe.refund(intent_of(shown), 2000)))
    stripe.keep(event("refund.created", {"id": "re_odd", "payment_intent": intent_of(shown)}))
    assert missed.take_in_missed() == missed.Missed(taken_in=1)
    assert StripeEvent.objects.filter(type="refund.created").count() == 1


def test_beat_looks_for_them() -> None:
    asked = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
    assert tasks.take_in_missed_events.name in asked
