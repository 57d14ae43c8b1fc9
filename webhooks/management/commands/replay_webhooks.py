"""`manage.py replay_webhooks --endpoint ID --since T`."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from bookingflow.api import unit_of_work
from bookingflow.api.arguments import instant
from bookingflow.lib import commands
from bookingflow.organizations.audit import SYSTEM
from webhooks.queries import endpoint_by
from webhooks.sending_again import replay_events


class Command(commands.Command):
    help = "Has the worker send a webhook endpoint every event since an instant once more."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--endpoint", type=UUID, required=True, metavar="ID", help="the endpoint's id")
        parser.add_argument(
            "--since",
            type=instant,
            required=True,
            metavar="T",
            help="such as 2026-12-01T12:00:00Z; the log reaches back 30 days",
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        endpoint = endpoint_by(options["endpoint"])
        number = unit_of_work.run(
            lambda: replay_events(
                organization=endpoint.organization,
                actor=SYSTEM,
                endpoint_id=endpoint.pk,
                since=options["since"],
            )
        )
        return {"events": number}

    def told(self, document: Any) -> str:
        return f"{document['events']} events will be sent once more, by the worker."
