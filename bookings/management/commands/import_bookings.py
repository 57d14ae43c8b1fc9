"""`manage.py import_bookings FILE --organization S [--dry-run]`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.lib.errors import InvalidRequest
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.queries import organization_by
from bookings.transfer.incoming import bring_in_file, refusal


class Command(commands.Command):
    help = (
        "Takes bookings from a file as export_bookings writes it, CSV or JSON: all of them, or none where one can't "
        "be taken. No event tells of them. What was brought in before is refused."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="CSV or JSON, as export_bookings writes it")
        parser.add_argument("--organization", required=True, help="slug or id; it may be another one")
        parser.add_argument("--dry-run", action="store_true", help="check every row and import none")

    def answer(self, **options: Any) -> dict[str, Any]:
        organization = organization_by(options["organization"])
        try:
            with Path(options["file"]).open("rb") as file:
                outcome = bring_in_file(
                    file, organization, actor=SYSTEM, dry_run=options["dry_run"], watch=self._watch
                )
        except OSError as fault:
            raise InvalidRequest(f"{options['file']} can't be read: {fault.strerror}.") from None
        if outcome.refused:
            for each in outcome.refused:
                self.stderr.write(f"line {each.line}: {each.field and each.field + ': '}{each.message}", str)
            raise refusal(outcome)
        return {
            "rows": outcome.rows,
            "imported": 0 if options["dry_run"] else outcome.imported,
            "customers": 0 if options["dry_run"] else outcome.customers,
            "dryRun": options["dry_run"],
        }

    def told(self, document: Any) -> str:
        if document["dryRun"]:
            return f"All {document['rows']} bookings can be imported. Nothing was."
        return f"Imported {document['imported']} bookings, with {document['customers']} new customers."

    def _watch(self, rows: Iterable[Any], total: int | None) -> Iterable[Any]:
        return self.progress(rows, of=total, noun="rows read" if total is None else "bookings brought in")
