"""Measures this installation over real HTTP, on a scratch database."""

from typing import Any

from django.core.management.base import CommandParser

from benchmarks import deliveries, everything, lists, report
from benchmarks.stage import scratch_database, url_of
from bookingflow.lib.commands import Command as BaseCommand

QUICK_SECONDS, DELIVERIES_SECONDS = 2.0, 40.0
# Steps that come more than once.
SEVERAL = {"bookings", "deliveries"}


class Command(BaseCommand):
    help = "Measures reads, bookings and deliveries over real HTTP, on scratch databases that are dropped afterwards."

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
        return self._deliveries(**options) if options["webhooks"] else self._everything(**options)

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
            runs = deliveries.run_all(url_of(database), seconds=seconds)
            figures = [
                run.document() for run in self.progress(runs, of=deliveries.SCENARIOS, noun="scenarios")
            ]
        return {"deliveries": figures}

    def _everything(self, **options: Any) -> Any:
        extent = everything.QUICK if options["quick"] else everything.WHOLE
        document: dict[str, Any] = {}
        steps = self.progress(everything.run(extent), of=everything.steps(extent), noun="steps")
        for name, told in steps:
            if name in SEVERAL:
                document.setdefault(name, []).append(told)
            else:
                document[name] = told
        return document

    def told(self, document: Any) -> str:
        if "lists" in document:
            return "\n".join(_table(document["lists"], list(document["lists"][0])))
        if "deliveries" in document:
            return "\n".join(_table(document["deliveries"], list(document["deliveries"][0])))
        return "\n".join(report.plain(document))


def _table(runs: list[dict[str, Any]], columns: list[str]) -> list[str]:
    rows = [columns, *([_cell(run[name]) for name in columns] for run in runs)]
    return [f"{row[0]:<38}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows]


def _cell(figure: Any) -> str:
    return "-" if figure is None else str(figure)
