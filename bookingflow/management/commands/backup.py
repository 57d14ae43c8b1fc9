"""`manage.py backup FILE`."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from bookingflow.embedded.client_programs import run_client
from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.lib import commands
from bookingflow.lib.errors import ServiceUnavailable


class Command(commands.Command):
    help = (
        "Writes the whole database, as of one instant, into a file for restore, while everything runs. Keep SECRET_KEY "
        "beside it: without that key the secrets in it can't be read."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="readable by its owner alone; an older one is replaced"
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        path = Path(options["file"]).resolve()
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.touch(mode=0o600)
            run_client(
                "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}",
                database_url=settings.DATABASE_URL,
            )  # fmt: skip
            draft.replace(path)
        except OSError as fault:
            raise ServiceUnavailable(f"{path} can't be written: {fault.strerror}.") from None
        except EmbeddedProblem as problem:
            raise ServiceUnavailable(str(problem)) from None
        finally:
            draft.unlink(missing_ok=True)
        return {"file": str(path), "bytes": path.stat().st_size}

    def told(self, document: Any) -> str:
        return f"Wrote {document['bytes']:,} bytes to {document['file']}."
