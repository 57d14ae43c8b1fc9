"""Measures this installation over real HTTP, on a scratch database."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandParser

from benchmarks.scenarios import make_venue, run_all
from benchmarks.stage import scratch_database, web_server
from bookingflow.lib.commands import Command as BaseCommand

QUICK_SECONDS, WHOLE_SECONDS = 2.0, 10.0
COLUMNS = [
    "scenario",
    "clients",
    "per_second",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "worst_ms",
    "requests",
    "failed",
]


class Command(BaseCommand):
    help = (
        "Measures slot lists and bookings over real HTTP, on a scratch database that is dropped afterwards."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="a smoke run of some seconds")

    def answer(self, **options: Any) -> Any:
        clients, seconds = ((4,), QUICK_SECONDS) if options["quick"] else ((1, 8), WHOLE_SECONDS)
        with scratch_database() as database:
            venue = make_venue()
            url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{database}").geturl()
            with web_server(url, workers=settings.WEB_WORKERS) as server:
                runs = run_all(server.url, venue, clients=clients, seconds=seconds)
                figures = [
                    run.document() for run in self.progress(runs, of=2 * len(clients), noun="scenarios")
                ]
                memory = server.resident_mebibytes()
        return {"webWorkers": settings.WEB_WORKERS, "webProcessMiB": memory, "scenarios": figures}

    def told(self, document: Any) -> str:
        rows = [COLUMNS, *([str(run[name]) for name in COLUMNS] for run in document["scenarios"])]
        table = [f"{row[0]:<30}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows]
        memory = ", ".join(f"{mebibytes} MiB" for mebibytes in document["webProcessMiB"])
        return "\n".join([*table, f"{document['webWorkers']} web workers: {memory}"])
