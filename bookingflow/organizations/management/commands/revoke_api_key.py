"""`manage.py revoke_api_key ID`."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.queries import api_key_by


class Command(commands.Command):
    help = "Ends an API key at once: the next request with it is refused."
    one_transaction = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=UUID, help="as list_api_keys shows it")

    def answer(self, **options: Any) -> dict[str, Any]:
        key = services.revoke_api_key(key=api_key_by(options["id"]), actor=SYSTEM)
        return {"id": str(key.id), "revokedAt": key.revoked_at}

    def told(self, document: Any) -> str:
        return f"The key {document['id']} is revoked."
