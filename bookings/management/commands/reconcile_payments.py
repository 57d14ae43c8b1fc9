"""`manage.py reconcile_payments [--since T]`."""

from typing import Any

from django.core.management.base import CommandParser

from bookingflow.api.arguments import instant
from bookingflow.lib import commands
from bookings.payments import errands, stripe


class Command(commands.Command):
    help = (
        "Asks Stripe what became of every payment and refund that is still open, and writes it down; with --since of "
        "every payment begun from then on, too. Exit code 1 if Stripe could not be asked about one."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=instant, metavar="T", help="such as 2026-12-01T12:00:00Z")

    def answer(self, **options: Any) -> dict[str, Any]:
        wanted = list(errands.payments_to_reconcile(options["since"]))
        found = {"asked": 0, "changed": 0, "failed": 0}
        for payment in self.progress(wanted, of=len(wanted), noun="payments"):
            found["asked"] += 1
            try:
                found["changed"] += errands.reconcile(payment)
            except stripe.StripeProblem:
                found["failed"] += 1
        return found

    def told(self, document: Any) -> str:
        return f"Asked about {document['asked']} payments: {document['changed']} had changed."

    def failure(self, document: Any) -> str:
        failed = document["failed"]
        return f"Stripe could not be asked about {failed} payments." if failed else ""
