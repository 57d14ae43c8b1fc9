"""Random lives of one booking that is paid by card: events doubled, lost and late, Stripe away, and whoever does a step
killed anywhere in it.

Whatever happens, once all has been reconciled Stripe has as much of the customer's money as the booking says.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookingflow.lib import clock
from bookings import tasks
from bookings.models import Payment
from bookings.payments import errands
from tests.api.appointments import time
from tests.builders import make_api_key, make_organization, slot
from tests.caller import Caller
from tests.stripe.agreement import all_agrees, each_was_done_once, left_at
from tests.stripe.dying import Fate, Killed, mortal
from tests.stripe.stage import later, room_of, sound, wish, work
from tests.stripe.standin import StandIn, event, tell

pytestmark = pytest.mark.django_db(transaction=True)

BOOKINGS = "/api/v1/bookings"
AMOUNTS = st.integers(1, 7000)
HOURS = st.sampled_from([9, 10, 12, 13])
# Most acts have few steps. With 0, and with a step that its act doesn't come to, it lives.
STEPS = st.integers(0, 7) | st.integers(0, 25)


def act(**drawn: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule whose process is killed at the step that is drawn; it may wake the worker, which may be killed too."""

    def of(method: Callable[..., None]) -> Any:
        def life(self: "Cards", dies_at: int, worker_dies_at: int | None, **rest: Any) -> None:
            self.until_killed(dies_at, lambda: method(self, **rest))
            if worker_dies_at is not None:
                self.until_killed(worker_dies_at, work)

        life.__name__ = method.__name__
        return rule(dies_at=STEPS, worker_dies_at=st.none() | STEPS, **drawn)(life)

    return of


class Cards(RuleBasedStateMachine):
    stripe: StandIn
    fate: Fate

    @initialize(paid=st.booleans())
    def begin(self, paid: bool) -> None:
        clock.shift *= 0
        self.stripe.mood()
        self.organization = make_organization()
        self.room = room_of(self.organization)
        self.caller = Caller(make_api_key(self.organization)[1])
        self.told: list[dict[str, Any]] = []
        self.numbers = count(1)
        self.unanswered: tuple[str, dict[str, Any], str] | None = None
        self.booking = ""
        self._post(BOOKINGS, wish(self.room), named="notes")
        if paid:
            self._pay(told=True)

    def until_killed(self, step: int, live: Callable[[], None]) -> None:
        self.fate.left = step
        try:
            live()
        except Killed:
            pass
        finally:
            self.fate.left = 0

    def _post(self, path: str, body: dict[str, Any], *, named: str = "") -> None:
        """What it makes bears the request's key in the field `named`."""
        key = f"asked-{next(self.numbers)}"
        self._ask(path, body | ({named: key} if named else {}), key)

    def _ask(self, path: str, body: dict[str, Any], key: str) -> None:
        self.unanswered = path, body, key
        answer = self.caller.post(path, body, key=key)
        self.unanswered = None
        assert answer.status_code < 500 or answer.status_code == 503, answer.content
        made = answer.json()
        if path == BOOKINGS:
            self.booking = made.get("id", self.booking)
        self.booking = made.get("newBookingId", self.booking)

    def _happens(self, kind: str, shown: dict[str, Any], told: bool) -> None:
        """At Stripe, which lists it as well; its webhook may be lost."""
        it = event(kind, shown, created=int(clock.now().timestamp()))
        self.told.append(self.stripe.keep(it))
        if told:
            assert tell(it).status_code in {200, 503}

    def _known_to_stripe(self) -> list[Payment]:
        rows = Payment.objects.filter(booking__organization=self.organization)
        return list(rows.exclude(stripe_id="").order_by("created_at"))

    @act()
    def hold(self) -> None:
        self._post(BOOKINGS, wish(self.room), named="notes")

    @act()
    def ask_again_what_was_not_answered(self) -> None:
        if self.unanswered:
            self._ask(*self.unanswered)

    @act(told=st.booleans())
    def pay_by_card(self, told: bool) -> None:
        self._pay(told=told)

    def _pay(self, *, told: bool) -> None:
        """Whatever can still be paid."""
        for payment in self._known_to_stripe():
            if self.stripe.intent(payment.stripe_id)["status"] == "requires_payment_method":
                self._happens("payment_intent.succeeded", self.stripe.pay(payment.stripe_id), told)
                return

    @act(told=st.booleans())
    def pay_after_the_slot_was_sold_to_another(self, told: bool) -> None:
        later(minutes=11)
        self.caller.post(BOOKINGS, wish(self.room, payment="none"))
        self._pay(told=told)

    @act(number=st.integers(0, 9))
    def tell_again(self, number: int) -> None:
        if self.told:
            assert tell(self.told[number % len(self.told)]).status_code in {200, 503}

    @act()
    def begin_the_balance(self) -> None:
        self._post(f"{BOOKINGS}/{self.booking}/payments", {"method": "stripe"})

    @act(amount=AMOUNTS)
    def pay_cash(self, amount: int) -> None:
        self._post(f"{BOOKINGS}/{self.booking}/payments", {"method": "cash", "amount": amount}, named="note")

    @act()
    def confirm_with_cash(self) -> None:
        self._post(f"{BOOKINGS}/{self.booking}/confirm", {"paid": 6000, "method": "cash"})

    @act(refund=st.sampled_from(["policy", "full", "none"]))
    def cancel(self, refund: str) -> None:
        self.caller.delete(f"{BOOKINGS}/{self.booking}?refund={refund}&reason={refund}")

    @act(hour=HOURS)
    def move(self, hour: int) -> None:
        self.caller.put(f"{BOOKINGS}/{self.booking}", {"start": slot(hour).isoformat()})

    @act(hour=HOURS)
    def reschedule(self, hour: int) -> None:
        self._post(f"/api/bookings/{self.booking}/reschedule", {"newSlot": time(slot(hour))})

    @act(amount=AMOUNTS)
    def refund(self, amount: int) -> None:
        self._post(f"{BOOKINGS}/{self.booking}/refunds", {"amount": amount}, named="reason")

    @act(amount=AMOUNTS, told=st.booleans())
    def refund_in_the_dashboard(self, amount: int, told: bool) -> None:
        for payment in self._known_to_stripe():
            if left := left_at(self.stripe, payment.stripe_id):
                made = self.stripe.refund(payment.stripe_id, min(amount, left))
                self._happens("refund.created", made, told)
                return

    @act(told=st.booleans())
    def dispute(self, told: bool) -> None:
        for payment in self._known_to_stripe():
            dispute = {"id": "dp_1", "payment_intent": payment.stripe_id, "status": "needs_response"}
            self._happens("charge.dispute.created", dispute, told)

    @rule(minutes=st.sampled_from([1, 11, 90]))
    def time_passes(self, minutes: int) -> None:
        later(minutes=minutes)

    @rule(dies_at=STEPS)
    def the_worker_comes_by(self, dies_at: int) -> None:
        self.until_killed(dies_at, work)

    @act()
    def look_for_what_was_missed(self) -> None:
        tasks.take_in_missed_events()

    @act()
    def reconcile_by_hand(self) -> None:
        for payment in errands.payments_to_reconcile(clock.now().replace(year=2020)):
            errands.reconcile(payment)

    @rule(mood=st.sampled_from([{}, {"fail": 1}, {"lose": 2}]))
    def stripe_is(self, mood: dict[str, int]) -> None:
        self.stripe.mood(**mood)

    @invariant()
    def sums_agree(self) -> None:
        sound()

    @invariant()
    def nothing_was_done_twice(self) -> None:
        if hasattr(self, "organization"):
            each_was_done_once(self.organization)

    @rule()
    def beat_alone_reconciles_all(self) -> None:
        self.stripe.mood()
        for _ in range(4):
            later(hours=6, minutes=1)
            work()
            tasks.take_in_missed_events()
        sound()
        all_agrees(self.stripe, self.organization)

    def teardown(self) -> None:
        if hasattr(self, "organization"):
            self.beat_alone_reconciles_all()


def run(stripe: StandIn, examples: int, steps: int) -> Fate:
    wished = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with mortal() as fate:
        machine: Callable[[], Cards] = type("Lives", (Cards,), {"stripe": stripe, "fate": fate})
        run_state_machine_as_test(machine, settings=wished)
    return fate


@pytest.mark.timeout(400)
def test_stripe_and_the_books_agree_in_the_end(stripe: StandIn) -> None:
    run(stripe, examples=10, steps=15)


@pytest.mark.faults
@pytest.mark.timeout(3000)
def test_stripe_and_the_books_agree_in_the_end_for_long(stripe: StandIn) -> None:
    run(stripe, examples=60, steps=35)
