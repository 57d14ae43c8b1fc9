"""`manage.py expire_holds`."""

from typing import Any

from bookingflow.lib import commands
from bookings.tasks import expire_holds


class Command(commands.Command):
    help = "Writes down which holds have run out, as the worker does every few seconds. Their time is free already."

    def answer(self, **options: Any) -> dict[str, int]:
        return {"expired": expire_holds()}

    def told(self, document: Any) -> str:
        return f"{document['expired']} holds had run out."
