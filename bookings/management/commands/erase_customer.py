"""`manage.py erase_customer ID`."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from bookingflow.api import unit_of_work
from bookingflow.lib import commands
from bookingflow.organizations.audit import SYSTEM
from bookings.customer_erasure import erasable, erase_customer, finish_erasure


class Command(commands.Command):
    help = "Erases a customer's personal data everywhere, and goes on with an erasure that was interrupted."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=UUID, help="the customer's id")

    def answer(self, **options: Any) -> dict[str, Any]:
        customer = erasable(str(options["id"]))
        if customer.erased_at is None:
            unit_of_work.run(
                lambda: erase_customer(
                    organization=customer.organization, actor=SYSTEM, customer_id=customer.pk
                )
            )
        return {"id": str(customer.pk), "finished": finish_erasure(customer.pk)}

    def told(self, document: Any) -> str:
        rest = "" if document["finished"] else " What is just being sent is cleared by the worker."
        return f"{document['id']} is erased.{rest}"
