"""`manage.py set_stripe_account SLUG ACCOUNT|none`."""

from typing import Any

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.queries import organization_by

NONE = "none"


class Command(commands.Command):
    help = (
        "Names the account at Stripe that an organization's card payments go to (Connect, direct charges); none: the "
        "installation's own. Payments that have begun go on with the account that they began with."
    )
    one_transaction = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the organization's slug or id")
        parser.add_argument("account", help="acct_…, or none")

    def answer(self, **options: Any) -> dict[str, Any]:
        account = "" if options["account"] == NONE else options["account"]
        changed = services.set_stripe_account(
            organization=organization_by(options["slug"]), account=account, actor=SYSTEM
        )
        return {"id": str(changed.id), "slug": changed.slug, "stripeAccount": changed.stripe_account or None}

    def told(self, document: Any) -> str:
        account = document["stripeAccount"] or "the installation's own account"
        return f"Card payments of {document['slug']} go to {account}."
