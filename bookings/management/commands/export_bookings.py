"""`manage.py export_bookings --organization S [--from DAY --to DAY] [--format csv|json]`."""

import tempfile
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from bookingflow.lib import clock, commands
from bookingflow.organizations.queries import organization_by
from bookings.queries import filtered_bookings
from bookings.services.bring_in import BROUGHT_IN
from bookings.transfer import files
from bookings.transfer.documents import AT_ONCE, exported

CHUNK = 64 * 1024


class Command(commands.Command):
    help = (
        "Prints an organization's bookings, oldest start first, for import_bookings to take. Holds, which are no "
        "bookings yet, are left out."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="slug or id")
        parser.add_argument(
            "--from", dest="first", type=_day, metavar="DAY", help="first local day of the start"
        )
        parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="last local day, included")
        parser.add_argument("--format", choices=files.FORMATS, help="csv, if --json doesn't say otherwise")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last, form = options["first"], options["last"], options["format"]
        if first and last and last < first:
            raise commands.Error("--to must not lie before --from.", returncode=commands.MISUSED)
        if options["json"] and form == "csv":
            raise commands.Error("--json and --format csv exclude each other.", returncode=commands.MISUSED)
        super().handle(*args, **options)

    def answer(self, **options: Any) -> Any:
        """The file as a whole: what breaks off half way is never taken for one."""
        form = "json" if options["json"] else options["format"] or "csv"
        spool = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115  _print closes it
        with transaction.atomic():
            organization, now = organization_by(options["organization"]), clock.now()
            bookings = filtered_bookings(
                organization, now=now, date_from=options["first"], date_to=options["last"],
                status=[status.value for status in BROUGHT_IN],
            ).order_by("start", "-id")  # fmt: skip
            total = bookings.count()
            rows = exported(bookings.iterator(chunk_size=AT_ONCE), now=now)
            files.write(self.progress(rows, of=total, noun="bookings"), spool, form=form)
        spool.seek(0)
        return spool

    def _print(self, document: Any, *, as_json: bool) -> None:
        if isinstance(document, dict):
            super()._print(document, as_json=as_json)
            return
        with document:
            while chunk := document.read(CHUNK):
                self.stdout.write(chunk, ending="")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day such as 2026-12-25") from None
