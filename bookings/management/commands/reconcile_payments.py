"""`manage.py reconcile_payments [--since T]`."""

from typing import Any

from django.core.management.base import CommandParser

from bookingflow.api.arguments import instant
from bookingflow.lib import commands
from bookings.payments import errands, missed, stripe


class Command(commands.Command):
    help = (
        "Asks Stripe what became of every payment and refund that is still open, and takes in what its webhook should "
        "have told in the last four days of refunds and disputes; with --since of every payment begun from then on, "
        "and what it told from then on. Exit code 1 if Stripe could not be asked about one."
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
        events = missed.take_in_missed(since=options["since"])
        return found | {"missed": events.taken_in, "accountsFailed": events.accounts_failed}

    def told(self, document: Any) -> str:
        return (
            f"Asked about {document['asked']} payments: {document['changed']} had changed. "
            f"{document['missed']} events had been missed."
        )

    def failure(self, document: Any) -> str:
        failed, accounts = document["failed"], document["accountsFailed"]
        if not failed and not accounts:
            return ""
        return (
            f"Stripe could not be asked about {failed} payments, nor for the events of {accounts} accounts."
        )
