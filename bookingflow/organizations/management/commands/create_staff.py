"""`manage.py create_staff EMAIL --organization S --role R`."""

from typing import Any

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Role
from bookingflow.organizations.queries import organization_by


class Command(commands.Command):
    help = "Gives a person a login to the admin and a role in an organization."
    one_transaction = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="what they sign in with; a known one gets a further membership")
        parser.add_argument("--organization", required=True, help="slug or id")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--password", help="one is made up and shown once if this is left out")

    def answer(self, **options: Any) -> dict[str, Any]:
        user, made_up = services.create_staff(
            organization=organization_by(options["organization"]),
            email=options["email"],
            role=options["role"],
            password=options["password"],
            actor=SYSTEM,
        )
        document = {"id": user.pk, "email": user.email}
        return document | ({"password": made_up} if made_up else {})

    def told(self, document: Any) -> str:
        lines = [f"{document['email']} can sign in."]
        if "password" in document:
            lines.append(f"Password, shown this once: {document['password']}")
        return "\n".join(lines)
