"""Random lives of one booking that is paid by card: events doubled, lost and late, steps broken off, Stripe away.

Whatever happens, once all has been reconciled Stripe has as much of the customer's money as the booking says.
"""

from collections.abc import Callable
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookingflow.api import idempotency
from bookingflow.lib import clock
from bookings.models import Booking, Payment
from bookings.payments import errands
from bookings.payments.models import OPEN
from tests.builders import make_api_key, make_organization, slot
from tests.caller import Caller
from tests.stripe.stage import later, room_of, sound, wish, work
from tests.stripe.standin import StandIn, event, tell

pytestmark = pytest.mark.django_db(transaction=True)

AMOUNTS = st.integers(1, 7000)
HOURS = st.sampled_from([9, 10, 12, 13])


class Killed(BaseException):
    """As by SIGKILL: nothing that comes after is done."""


@contextmanager
def broken_off(module: Any, name: str) -> Any:
    """Dies in place of this call: after what was committed or asked before it."""
    real = getattr(module, name)

    def die(*args: Any, **kwargs: Any) -> Any:
        raise Killed

    setattr(module, name, die)
    try:
        with suppress(Killed):
            yield
    finally:
        setattr(module, name, real)


class Cards(RuleBasedStateMachine):
    stripe: StandIn

    @initialize()
    def begin(self) -> None:
        clock.shift *= 0
        self.stripe.mood()
        organization = make_organization()
        self.room = room_of(organization)
        self.caller = Caller(make_api_key(organization)[1])
        self.told: list[dict[str, Any]] = []
        self.number = 0
        self.booking = ""
        self.hold()

    def _post(self, path: str, body: dict[str, Any], key: str | None = None) -> Any:
        answer = self.caller.post(f"/api/v1/bookings{path}", body, key=key)
        assert answer.status_code < 500 or answer.status_code == 503, answer.content
        return answer

    def _mine(self) -> list[Payment]:
        return list(
            Payment.objects.filter(booking__organization=self.room.organization).exclude(stripe_id="")
        )

    @rule()
    def hold(self) -> None:
        answer = self._post("", wish(self.room))
        if answer.status_code == 201:
            self.booking = answer.json()["id"]

    @rule()
    def hold_and_die(self) -> None:
        self.number += 1
        with broken_off(idempotency, "go_on"):
            self._post("", wish(self.room, start=slot(14).isoformat()), key=f"dying-{self.number}")

    @rule(hour=HOURS)
    def retry_the_one_that_died(self, hour: int) -> None:
        if self.number:
            body = wish(self.room, start=slot(14).isoformat())
            answer = self._post("", body, key=f"dying-{self.number}")
            if answer.status_code == 201:
                self.booking = answer.json()["id"]

    @rule(told=st.booleans())
    def pay_by_card(self, told: bool) -> None:
        self.pay(told)

    def pay(self, told: bool) -> None:
        """Whatever can still be paid; the event may be lost."""
        for payment in self._mine():
            if self.stripe.intent(payment.stripe_id)["status"] == "requires_payment_method":
                paid = event("payment_intent.succeeded", self.stripe.pay(payment.stripe_id))
                self.told.append(paid)
                if told:
                    assert tell(paid).status_code == 200
                return

    @rule(told=st.booleans())
    def pay_after_the_slot_was_sold_to_another(self, told: bool) -> None:
        later(minutes=11)
        self._post("", wish(self.room, payment="none"))
        self.pay(told)

    @rule(number=st.integers(0, 9))
    def tell_again(self, number: int) -> None:
        if self.told:
            assert tell(self.told[number % len(self.told)]).status_code == 200

    @rule()
    def begin_the_balance(self) -> None:
        self._post(f"/{self.booking}/payments", {"method": "stripe"})

    @rule(amount=AMOUNTS)
    def pay_cash(self, amount: int) -> None:
        self._post(f"/{self.booking}/payments", {"method": "cash", "amount": amount})

    @rule()
    def confirm_with_cash(self) -> None:
        self._post(f"/{self.booking}/confirm", {"paid": 6000, "method": "cash"})

    @rule(refund=st.sampled_from(["policy", "full", "none"]))
    def cancel(self, refund: str) -> None:
        self.caller.delete(f"/api/v1/bookings/{self.booking}?refund={refund}")

    @rule(hour=HOURS)
    def move(self, hour: int) -> None:
        self.caller.put(f"/api/v1/bookings/{self.booking}", {"start": slot(hour).isoformat()})

    @rule(amount=AMOUNTS)
    def refund(self, amount: int) -> None:
        self._post(f"/{self.booking}/refunds", {"amount": amount})

    @rule(amount=AMOUNTS, told=st.booleans())
    def refund_in_the_dashboard(self, amount: int, told: bool) -> None:
        for payment in self._mine():
            left = self._left_at_stripe(payment.stripe_id)
            if left:
                made = self.stripe.refund(payment.stripe_id, min(amount, left))
                self.told.append(event("refund.created", made))
                if told:
                    assert tell(self.told[-1]).status_code == 200
                return

    @rule()
    def dispute(self) -> None:
        for payment in self._mine():
            dispute = {"id": "dp_1", "payment_intent": payment.stripe_id, "status": "needs_response"}
            assert tell(event("charge.dispute.created", dispute)).status_code == 200

    @rule(minutes=st.sampled_from([1, 11, 300]))
    def time_passes(self, minutes: int) -> None:
        later(minutes=minutes)

    @rule()
    def work(self) -> None:
        work()

    @rule(step=st.sampled_from(["record", "settle"]))
    def work_and_die(self, step: str) -> None:
        """Between Stripe's answer and our commit."""
        with broken_off(errands, step):
            work()

    @rule(mood=st.sampled_from([{}, {"fail": 1}, {"lose": 2}]))
    def stripe_is(self, mood: dict[str, int]) -> None:
        self.stripe.mood(**mood)

    @invariant()
    def sums_agree(self) -> None:
        sound()

    @rule()
    def all_is_reconciled(self) -> None:
        self.stripe.mood()
        self.reconciled()

    def teardown(self) -> None:
        if self.booking:
            self.stripe.mood()
            self.reconciled()

    def reconciled(self) -> None:
        long_ago = clock.now().replace(year=2020)
        for _ in range(4):
            later(minutes=61)
            for payment in errands.payments_to_reconcile(long_ago):
                errands.reconcile(payment)
            work()
        sound()
        for payment in Payment.objects.filter(
            booking__organization=self.room.organization, provider="stripe"
        ):
            self._agrees_with_stripe(payment)
        assert not Booking.objects.filter(
            status__in=["canceled", "expired"], payments__in=self._kept()
        ).exists()

    def _agrees_with_stripe(self, payment: Payment) -> None:
        there = self.stripe.intent(payment.stripe_id) if payment.stripe_id else {"status": "canceled"}
        assert (payment.status == "succeeded") == (there["status"] == "succeeded"), (payment.status, there)
        assert payment.status not in OPEN or not payment.given_up
        if payment.status == "succeeded":
            assert payment.left_minor == self._left_at_stripe(payment.stripe_id)

    def _kept(self) -> Any:
        """Money of a booking that never was confirmed."""
        rows = Payment.objects.filter(booking__organization=self.room.organization, status="succeeded")
        never = rows.filter(booking__status="expired")
        return [payment for payment in never if payment.left_minor]

    def _left_at_stripe(self, intent: str) -> int:
        there = self.stripe.intent(intent)
        if there["status"] != "succeeded":
            return 0
        return int(there["amount"]) - sum(refund["amount"] for refund in self.stripe.refunds(intent))


def run(stripe: StandIn, examples: int, steps: int) -> None:
    wished = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    machine: Callable[[], Cards] = type("Lives", (Cards,), {"stripe": stripe})
    run_state_machine_as_test(machine, settings=wished)


@pytest.mark.timeout(400)
def test_stripe_and_the_books_agree_in_the_end(stripe: StandIn) -> None:
    run(stripe, examples=10, steps=15)


@pytest.mark.faults
@pytest.mark.timeout(3000)
def test_stripe_and_the_books_agree_in_the_end_for_long(stripe: StandIn) -> None:
    run(stripe, examples=150, steps=40)
