"""`manage.py retry_refunds`."""

from dataclasses import asdict
from typing import Any

from bookingflow.lib import commands
from bookings.payments import errands


class Command(commands.Command):
    help = (
        "Tries every refund that has not ended yet again now, whatever it waits for. Exit code 1 where Stripe "
        "could not be asked about one."
    )

    def answer(self, **options: Any) -> dict[str, Any]:
        return asdict(errands.send_refunds(limit=errands.make_refunds_due()))

    def told(self, document: Any) -> str:
        return (
            f"{document['succeeded']} refunds have gone back, {document['pending']} are on their way, "
            f"{document['failed']} failed, {document['waiting']} wait for Stripe."
        )

    def failure(self, document: Any) -> str:
        waiting = document["waiting"]
        return f"{waiting} refunds still wait for Stripe." if waiting else ""
