"""`manage.py set_plan SLUG PLAN`."""

from typing import Any

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Plan
from bookingflow.organizations.queries import organization_by


class Command(commands.Command):
    help = "Puts an organization on a plan, at once. API access needs business or enterprise."
    one_transaction = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the organization's slug or id")
        parser.add_argument("plan", choices=Plan.values)

    def answer(self, **options: Any) -> dict[str, str]:
        organization = organization_by(options["slug"])
        changed = services.set_plan(organization=organization, plan=options["plan"], actor=SYSTEM)
        return {"id": str(changed.id), "slug": changed.slug, "plan": changed.plan}

    def told(self, document: Any) -> str:
        return f"{document['slug']} is on the plan {document['plan']}."
