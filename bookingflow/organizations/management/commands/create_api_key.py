"""`manage.py create_api_key --organization S --name N [--preset P] [--scope S …]`."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser

from bookingflow.lib import clock, commands
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.documents import told_new_key
from bookingflow.organizations.queries import organization_by
from bookingflow.organizations.scopes import PRESETS, SCOPES

LONGEST_DAYS = 36_500


class Command(commands.Command):
    help = "Makes an API key and shows it once. Without a preset or scope it may read everything and change nothing."
    one_transaction = True

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="slug or id")
        parser.add_argument("--name", required=True, help="what it is for, for example “Website”")
        parser.add_argument(
            "--preset", choices=PRESETS, help="every :read, or every :write (which includes :read)"
        )
        parser.add_argument(
            "--scope", action="extend", nargs="+", choices=SCOPES, metavar="SCOPE", help=", ".join(SCOPES)
        )
        parser.add_argument(
            "--expires-in-days",
            type=commands.whole_number(1, LONGEST_DAYS),
            metavar="DAYS",
            help="never if left out",
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        days = options["expires_in_days"]
        key, text = services.create_api_key(
            organization=organization_by(options["organization"]),
            name=options["name"],
            scopes=_scopes(options["preset"], options["scope"] or []),
            expires_at=clock.now() + timedelta(days=days) if days else None,
            actor=SYSTEM,
        )
        return {"id": str(key.id), "key": text, "scopes": key.scopes}

    def told(self, document: Any) -> str:
        return told_new_key(document)


def _scopes(preset: str | None, scopes: list[str]) -> list[str]:
    if preset is None and not scopes:
        preset = "read-only"
    return [*PRESETS.get(preset or "", ()), *scopes]
