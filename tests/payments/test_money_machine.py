"""Random lives of one booking, twice at once among them: the sums agree and nobody gets back more than was paid."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookingflow.api import unit_of_work
from bookingflow.lib.errors import DomainError
from bookings import checks, services
from bookings.models import Payment, Refund
from bookings.payments import checks as money_checks
from bookings.payments.models import COUNTING, Method, RefundStatus
from bookings.services import GiveBack
from tests.bookings.race import race, refusals
from tests.bookings.stage import again, by
from tests.builders import make_booking, make_room, slot
from tests.payments.stage import POLICY, figures, paid_by_card, settle

pytestmark = pytest.mark.django_db(transaction=True)

PRICES = {
    "perGuest": 3001,
    "adjustments": [{"label": "Late", "from": "14:00", "to": "17:00", "percent": 33.3}],
}
AMOUNTS = st.integers(1, 16_000)
GUESTS = st.integers(1, 6)
# The rest of the doctor's checks has nothing to do with money.
CHECKS = [
    checks.totals_are_the_sums_of_their_lines,
    checks.sequences_are_those_of_the_newest_events,
    *money_checks.CHECKS,
]


class Ledger(RuleBasedStateMachine):
    @initialize(guests=GUESTS)
    def book(self, guests: int) -> None:
        room = make_room(pricing=PRICES, cancellation_policy=POLICY)
        self.booking = make_booking(room, guests=guests)

    def _call(self, service: Callable[..., Any], **wish: Any) -> Callable[[], Any]:
        known = by(self.booking)
        return lambda: service(**known, **wish)

    def _do(self, service: Callable[..., Any], **wish: Any) -> Any:
        try:
            return unit_of_work.run(self._call(service, **wish))
        except DomainError:
            return None

    @rule(amount=AMOUNTS)
    def pay(self, amount: int) -> None:
        self._do(services.record_payment, amount_minor=amount, method=Method.CASH)

    @rule()
    def pay_the_rest_by_card(self) -> None:
        if due := figures(self.booking)[3]:
            paid_by_card(self.booking, due)

    @rule(amount=AMOUNTS, reason=st.sampled_from(["", "Rain"]))
    def refund(self, amount: int, reason: str) -> None:
        self._do(services.refund_booking, amount_minor=amount, reason=reason)

    @rule(guests=GUESTS, hour=st.integers(9, 16))
    def move_to_cheaper_or_dearer(self, guests: int, hour: int) -> None:
        self._do(services.change_booking, guests=guests, start=slot(hour))

    @rule(hour=st.integers(9, 16))
    def reschedule(self, hour: int) -> None:
        new = self._do(services.reschedule_booking, start=slot(hour), end=slot(hour + 1))
        self.booking = new or self.booking

    @rule(refund=st.sampled_from(GiveBack))
    def cancel(self, refund: GiveBack) -> None:
        self._do(services.cancel_booking, refund=refund)

    @rule(status=st.sampled_from([RefundStatus.SUCCEEDED, RefundStatus.FAILED]))
    def what_is_under_way_ends(self, status: RefundStatus) -> None:
        if found := Refund.objects.filter(payment__booking=self.booking, status="pending").first():
            settle(found, status)

    @rule(one=AMOUNTS, other=AMOUNTS, guests=GUESTS)
    def twice_at_once(self, one: int, other: int, guests: int) -> None:
        refusals(
            race(
                [
                    self._call(services.refund_booking, amount_minor=one),
                    self._call(services.refund_booking, amount_minor=other),
                    self._call(services.record_payment, amount_minor=one, method=Method.CASH),
                    self._call(services.change_booking, guests=guests),
                ]
            )
        )

    @invariant()
    def sums_agree(self) -> None:
        for check in CHECKS:
            result = check()
            assert result.ok, result

    @invariant()
    def nothing_is_negative_and_no_more_goes_back_than_was_paid(self) -> None:
        total, paid, refunded, due = figures(self.booking)
        assert min(total, paid, refunded, due) >= 0
        payments = Payment.objects.filter(booking=again(self.booking))
        rows = Refund.objects.filter(payment__in=payments, status__in=COUNTING)
        assert paid == (payments.aggregate(sum=Sum("amount_minor"))["sum"] or 0)
        assert refunded == (rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0) <= paid


def run(examples: int, steps: int) -> None:
    wished = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Ledger, settings=wished)


def test_sums_agree_whatever_happens() -> None:
    run(examples=25, steps=15)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_sums_agree_whatever_happens_for_long() -> None:
    run(examples=400, steps=40)
