"""`manage.py create_organization NAME --slug S --timezone TZ --currency C`."""

from typing import Any

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Plan


class Command(commands.Command):
    help = "Makes an organization: a tenant with its own rooms, customers, staff and API keys."
    one_transaction = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="as customers read it, for example “The Clockmaker’s Rooms”")
        parser.add_argument(
            "--slug", required=True, help="its public name in addresses: a-z, 0-9 and hyphens"
        )
        parser.add_argument("--timezone", required=True, help="an IANA name, for example Europe/London")
        parser.add_argument("--currency", required=True, help="an ISO 4217 code, for example EUR")
        parser.add_argument(
            "--plan",
            choices=Plan.values,
            default=Plan.STARTER.value,
            help="starter (the default) has no API access",
        )

    def answer(self, **options: Any) -> dict[str, str]:
        fields = {name: options[name] for name in ("name", "slug", "timezone", "currency", "plan")}
        organization = services.create_organization(**fields, actor=SYSTEM)
        return {"id": str(organization.id), "slug": organization.slug}

    def told(self, document: Any) -> str:
        return f"Made the organization {document['slug']}. Its id: {document['id']}"
