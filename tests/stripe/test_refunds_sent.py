"""Refunds on their way to Stripe: sent once, tried again, and given up where Stripe won't have them."""

from collections.abc import Iterator

import pytest
from redis import Redis

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from bookings.models import Refund
from bookings.payments import errands
from bookings.payments.wake import wake_errands
from rooms.models import Room
from tests.builders import slot
from tests.caller import Caller
from tests.processes import wait_until
from tests.stripe.stage import events_of, figures, intent_of, later, paid, room_of, seen, sound, work
from tests.stripe.standin import StandIn, environment, event, tell
from tests.webhooks.workers import celery

pytestmark = pytest.mark.django_db(transaction=True)

# One process: killed, it is gone whole.
WORKER = ("worker", "--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle")


@pytest.fixture(autouse=True)
def _sound() -> Iterator[None]:
    yield
    sound()


@pytest.fixture
def room(organization: Organization) -> Room:
    return room_of(organization)


def sent(stripe: StandIn, shown: dict[str, object]) -> list[int]:
    return [refund["amount"] for refund in stripe.refunds(intent_of(shown))]


def refund(caller: Caller, shown: dict[str, object], amount: int) -> None:
    answer = caller.post(f"/api/v1/bookings/{shown['id']}/refunds", {"amount": amount, "reason": "Rain"})
    assert (answer.status_code, answer.json()["status"]) == (201, "pending"), answer.content


def test_it_is_sent_by_the_worker_under_a_key_of_its_own(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    work()
    work()
    (call,) = [
        each
        for each in stripe.calls(path="/v1/refunds")
        if each["sent"]["payment_intent"] == intent_of(shown)
    ]
    row = Refund.objects.get()
    assert call["key"] == f"bookingflow-refund-{row.pk}"
    assert call["sent"]["metadata[bookingflow_refund]"] == str(row.pk)
    assert (row.status, row.stripe_id) == ("succeeded", stripe.refunds(intent_of(shown))[0]["id"])
    assert events_of(shown)[-1] == "refund.succeeded"


def test_out_of_reach_it_waits_and_is_tried_again(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    stripe.mood(fail=1)
    work()
    work()
    assert (sent(stripe, shown), Refund.objects.get().status) == ([], "pending")
    later(minutes=5)
    work()
    assert (sent(stripe, shown), Refund.objects.get().status) == ([2000], "succeeded")


def test_an_answer_that_was_lost_does_not_send_it_twice(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    stripe.mood(lose=2)
    work()
    assert Refund.objects.get().status == "pending"
    later(hours=30)  # Stripe has forgotten the key by then
    work()
    assert (sent(stripe, shown), Refund.objects.get().status) == ([2000], "succeeded")


def test_its_event_may_come_before_its_answer(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    stripe.mood(lose=2)
    work()
    tell(event("refund.created", stripe.refunds(intent_of(shown))[0]))
    assert Refund.objects.get().status == "succeeded"
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)


def test_on_its_way_at_stripe_it_is_asked_about(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    seen_there = stripe.refund(intent_of(shown), 2000)
    tell(event("refund.created", seen_there | {"status": "pending"}))
    assert Refund.objects.get().status == "pending"
    later(hours=7)
    work()
    assert Refund.objects.get().status == "succeeded"


def test_where_it_was_refunded_in_the_dashboard_already_it_is_that_one(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = paid(caller, room, stripe)
    caller.delete(f"/api/v1/bookings/{shown['id']}")
    theirs = stripe.refund(intent_of(shown), 6000)
    work()
    assert (sent(stripe, shown), Refund.objects.get().stripe_id) == ([6000], theirs["id"])
    assert seen(caller, shown)["refund"] == {"amount": 6000, "currency": "USD", "status": "succeeded"}


@pytest.mark.parametrize(("theirs", "rows"), [(4000, [2000, 4000]), (6000, [6000])])
def test_a_refund_seen_at_stripe_takes_the_place_of_ours(
    caller: Caller, room: Room, stripe: StandIn, theirs: int, rows: list[int]
) -> None:
    shown = paid(caller, room, stripe)
    caller.delete(f"/api/v1/bookings/{shown['id']}")
    tell(event("refund.created", stripe.refund(intent_of(shown), theirs)))
    assert figures(caller, shown) == (12000, 6000, 6000, 0)
    work()
    assert sorted(sent(stripe, shown)) == rows
    assert seen(caller, shown)["refund"] == {"amount": 6000, "currency": "USD", "status": "succeeded"}


def test_several_of_ours_make_room_for_a_larger_one(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    refund(caller, shown, 3000)
    tell(event("refund.created", stripe.refund(intent_of(shown), 5500)))
    work()
    assert figures(caller, shown)[1:3] == (6000, 6000)
    assert sorted(sent(stripe, shown)) == [500, 5500]


def test_what_stripe_refuses_has_failed_and_is_told(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    Refund.objects.update(sent_minor=7000)  # more than the charge, which Stripe refuses
    work()
    assert Refund.objects.get().status == "failed"
    assert events_of(shown)[-1] == "refund.failed"
    assert figures(caller, shown) == (12000, 6000, 0, 6000)


def test_so_it_is_where_stripe_tells_of_no_refund_either(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    stripe.mood(refuse=9, only="/v1/refunds")
    work()
    assert Refund.objects.get().status == "failed"
    assert figures(caller, shown) == (12000, 6000, 0, 6000)


def test_out_of_reach_for_a_week_it_has_failed_and_is_revived_should_stripe_have_it(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    stripe.mood(lose=2)
    work()
    stripe.mood(fail=9, only="/v1/refunds")
    later(days=8)
    work()
    assert Refund.objects.get().status == "failed"
    assert figures(caller, shown)[2] == 0
    stripe.mood()
    tell(event("refund.updated", stripe.refunds(intent_of(shown))[0]))
    assert Refund.objects.get().status == "succeeded"
    assert figures(caller, shown)[1:3] == (6000, 2000)


def test_two_workers_at_once_send_it_once(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund(caller, shown, 2000)
    first = unit_of_work.run(errands._claim_refund)
    assert first is not None
    work()  # another worker, to whom it is not due
    assert sent(stripe, shown) == []
    errands.carry_out(first)
    errands.carry_out(first)  # as a message that comes twice
    assert sent(stripe, shown) == [2000]


def test_a_cheaper_slot_sends_part_of_it_back(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    path = f"/api/v1/bookings/{shown['id']}"
    begun = caller.post(f"{path}/payments", {"method": "stripe"}).json()
    tell(event("payment_intent.succeeded", stripe.pay(intent_of(begun))))
    moved = caller.put(path, {"start": slot(9).isoformat()})
    assert moved.json()["price"]["refunded"] == 6000
    work()
    assert sent(stripe, begun) == [6000]  # the newest payment first
    assert figures(caller, shown) == (6000, 12000, 6000, 0)
    caller.delete(path)
    work()
    assert sent(stripe, shown) == [6000]
    assert events_of(shown)[-2:] == ["booking.canceled", "refund.succeeded"]


def test_a_worker_killed_between_stripes_answer_and_our_commit_has_sent_it_once(
    caller: Caller, room: Room, stripe: StandIn, broker: Redis
) -> None:
    shown = paid(caller, room, stripe)
    stripe.mood(hold=9, only="/v1/refunds")
    with celery(*WORKER, **environment(stripe)) as worker:
        refund(caller, shown, 2000)
        wait_until(lambda: sent(stripe, shown) == [2000], seconds=60)
        worker.kill()
        worker.wait(60)
    assert Refund.objects.get().status == "pending"
    stripe.mood()
    Refund.objects.update(look_at=clock.now())  # its lease has run out
    with celery(*WORKER, **environment(stripe)):
        wake_errands()
        wait_until(lambda: Refund.objects.get().status == "succeeded", seconds=60)
    assert sent(stripe, shown) == [2000]
    assert events_of(shown)[2:] == ["refund.succeeded"]
