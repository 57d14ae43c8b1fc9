"""`manage.py restore FILE [--replace]`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import connection

from bookingflow.embedded.client_programs import run_client
from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.lib import commands
from bookingflow.lib.errors import AlreadyExists, ServiceUnavailable
from bookingflow.organizations.models import Organization


class Command(commands.Command):
    help = (
        "Puts back what backup wrote, all of it or nothing, and brings it up to the present migrations. Stop web, "
        "worker and beat before."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="as backup wrote it")
        parser.add_argument(
            "--replace", action="store_true", help="even where there are organizations: they are lost"
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        path = Path(options["file"]).resolve()
        if not path.is_file():
            raise ServiceUnavailable(f"{path} can't be read: there is no such file.")
        if not options["replace"] and _is_in_use():
            raise AlreadyExists("There are organizations in this database: --replace throws them away.")
        connection.close()
        try:
            run_client(
                "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
                f"--dbname={connection.settings_dict['NAME']}", str(path),
                database_url=settings.DATABASE_URL,
            )  # fmt: skip
        except EmbeddedProblem as problem:
            raise ServiceUnavailable(str(problem)) from None
        call_command("migrate", verbosity=0, interactive=False)
        return {"file": str(path), "organizations": Organization.objects.count()}

    def told(self, document: Any) -> str:
        return f"Put back {document['organizations']} organizations. `manage.py doctor` tells whether all is well."


def _is_in_use() -> bool:
    tables = connection.introspection.table_names()
    return Organization._meta.db_table in tables and Organization.objects.exists()
