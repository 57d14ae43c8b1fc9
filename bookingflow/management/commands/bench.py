"""Measures this installation over real HTTP, on a scratch database."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandParser

from benchmarks import deliveries, lists
from benchmarks.scenarios import make_venue, run_all
from benchmarks.stage import scratch_database, web_server
from bookingflow.lib.commands import Command as BaseCommand

QUICK_SECONDS, WHOLE_SECONDS, DELIVERIES_SECONDS = 2.0, 10.0, 40.0
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
        parser.add_argument(
            "--webhooks", action="store_true", help="measure deliveries by one worker instead"
        )

        parser.add_argument(
            "--lists", action="store_true", help="measure lists of up to a million bookings instead"
        )

    def answer(self, **options: Any) -> Any:
        if options["lists"]:
            return self._lists(**options)
        return self._deliveries(**options) if options["webhooks"] else self._requests(**options)

    def _lists(self, **options: Any) -> Any:
        sizes, times = (lists.SIZES[:1], 1) if options["quick"] else (lists.SIZES, lists.TIMES)
        figures = []
        for size in sizes:
            with scratch_database():
                runs = self.progress(
                    lists.run_all(size, times=times), of=None, noun=f"lists of {size:,} bookings"
                )
                figures += [run.document() for run in runs]
        return {"lists": figures}

    def _deliveries(self, **options: Any) -> Any:
        seconds = QUICK_SECONDS if options["quick"] else DELIVERIES_SECONDS
        with scratch_database() as database:
            runs = deliveries.run_all(_url_of(database), seconds=seconds)
            figures = [
                run.document() for run in self.progress(runs, of=deliveries.SCENARIOS, noun="scenarios")
            ]
        return {"deliveries": figures}

    def _requests(self, **options: Any) -> Any:
        clients, seconds = ((4,), QUICK_SECONDS) if options["quick"] else ((1, 8), WHOLE_SECONDS)
        with scratch_database() as database:
            venue = make_venue()
            with web_server(_url_of(database), workers=settings.WEB_WORKERS) as server:
                runs = run_all(server.url, venue, clients=clients, seconds=seconds)
                figures = [
                    run.document() for run in self.progress(runs, of=2 * len(clients), noun="scenarios")
                ]
                memory = server.resident_mebibytes()
        return {"webWorkers": settings.WEB_WORKERS, "webProcessMiB": memory, "scenarios": figures}

    def told(self, document: Any) -> str:
        if "lists" in document:
            return "\n".join(_table(document["lists"], list(document["lists"][0])))
        if "deliveries" in document:
            return "\n".join(_table(document["deliveries"], list(document["deliveries"][0])))
        table = _table(document["scenarios"], COLUMNS)
        memory = ", ".join(f"{mebibytes} MiB" for mebibytes in document["webProcessMiB"])
        return "\n".join([*table, f"{document['webWorkers']} web workers: {memory}"])


def _url_of(database: str) -> str:
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{database}").geturl()


def _table(runs: list[dict[str, Any]], columns: list[str]) -> list[str]:
    rows = [columns, *([_cell(run[name]) for name in columns] for run in runs)]
    return [f"{row[0]:<38}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows]


def _cell(figure: Any) -> str:
    return "-" if figure is None else str(figure)
