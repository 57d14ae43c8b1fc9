"""`manage.py rotate_api_key ID [--grace-hours H]`."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.documents import told_new_key
from bookingflow.organizations.queries import api_key_by


class Command(commands.Command):
    help = "Makes a new API key with the name, scopes and length of life of an old one, and shows it once."
    one_transaction = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=UUID, help="the old key's, as list_api_keys shows it")
        parser.add_argument(
            "--grace-hours",
            type=commands.whole_number(0, services.LONGEST_GRACE_HOURS),
            metavar="HOURS",
            help="the old key ends then, with 0 at once; it works until revoked if this is left out",
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        old = api_key_by(options["id"])
        key, text = services.rotate_api_key(key=old, grace_hours=options["grace_hours"], actor=SYSTEM)
        return {"id": str(key.id), "key": text, "scopes": key.scopes}

    def told(self, document: Any) -> str:
        return told_new_key(document)
