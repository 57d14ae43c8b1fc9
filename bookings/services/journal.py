"""What one use case leaves behind beside its change: its events and audit rows, each in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from bookingflow.organizations.audit import Act, Actor, record_acts
from bookings.models import Booking
from customers import events as customer_events
from customers.models import Customer
from customers.services import customer_act
from webhooks import outbox
from webhooks.outbox import Draft

# Free text of or about people: the audit says that it changed, never what it says.
PERSONAL = frozenset({"customer", "notes", "metadata"})


@dataclass
class Journal:
    """With `told` False nothing is told of what is done, only written down."""

    organization_id: UUID
    actor: Actor
    at: datetime
    told: bool = True
    drafts: list[Draft] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def act(self, action: str, booking: Booking, changes: Mapping[str, list[Any]] | None = None) -> None:
        kept = {name: None if name in PERSONAL else change for name, change in (changes or {}).items()}
        self.acts.append(Act(action, "booking", str(booking.pk), kept))

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
