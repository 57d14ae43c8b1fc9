"""What one use case leaves behind beside its change: its events and audit rows, each in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from bookingflow.organizations.audit import Act, Actor, record_acts
from bookings import events
from bookings.models import Booking
from bookings.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from customers import events as customer_events
from customers.models import Customer
from customers.services import customer_act
from webhooks import outbox
from webhooks.outbox import Draft

Changes = Mapping[str, list[Any]]

# Free text of or about people: the audit says that it changed, never what it says.
PERSONAL = frozenset({"customer", "notes", "metadata"})
# So may the labels of price lines be, by the reason of a refund: of a price the audit keeps the figures.
PRICE_WORDS = frozenset({"lines"})


@dataclass
class Journal:
    """With `told` False nothing is told of what is done, only written down."""

    organization_id: UUID
    actor: Actor
    at: datetime
    told: bool = True
    drafts: list[Draft] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def act(self, action: str, booking: Booking, changes: Changes | None = None) -> None:
        kept = {name: _kept(name, change) for name, change in (changes or {}).items()}
        self.acts.append(Act(action, "booking", str(booking.pk), kept))

    def paid(self, booking: Booking, payment: Payment) -> None:
        """An event of the booking: counts its sequence up."""
        booking.sequence += 1
        self.drafts.append(events.payment_recorded(booking, self.at, payment))
        figures: Changes = {"amount": [None, payment.amount_minor], "method": [None, payment.method]}
        self.act("payment.recorded", booking, figures)

    def card(self, booking: Booking, payment: Payment) -> None:
        """A card payment has succeeded or failed: an event of the booking."""
        booking.sequence += 1
        succeeded = payment.status == PaymentStatus.SUCCEEDED
        told = events.payment_succeeded if succeeded else events.payment_failed
        self.drafts.append(told(booking, self.at, payment))
        self.act(f"payment.{payment.status}", booking, {"amount": [None, payment.amount_minor]})

    def refunded(self, booking: Booking, refunds: Sequence[Refund]) -> None:
        """Those that have ended are events of the booking; those under way are told of when they end."""
        for refund in refunds:
            figures: Changes = {"amount": [None, refund.amount_minor], "purpose": [None, refund.purpose]}
            self.act(f"refund.{refund.status}", booking, figures)
            if refund.status != RefundStatus.PENDING:
                booking.sequence += 1
                self.drafts.append(events.refund_ended(booking, self.at, refund))

    def made(self, customer: Customer) -> None:
        if self.told:
            self.drafts.append(customer_events.customer_created(customer))
        self.acts.append(customer_act("customer.created", customer))

    def edited(self, customer: Customer, changed: list[str]) -> None:
        self.drafts.append(customer_events.customer_updated(customer))
        self.acts.append(customer_act("customer.updated", customer, changed))

    def write(self) -> None:
        """At the end of the use case: nothing that it holds is written before."""
        outbox.record(self.drafts, organization_id=self.organization_id, at=self.at)
        record_acts(self.acts, organization_id=self.organization_id, actor=self.actor)


def _kept(name: str, change: list[Any]) -> list[Any] | None:
    if name in PERSONAL:
        return None
    return [_figures(side) for side in change] if name == "price" else change


def _figures(price: Any) -> Any:
    return {name: value for name, value in price.items() if name not in PRICE_WORDS}
