"""`manage.py up`: embedded services, web, worker and beat under one supervisor, until Ctrl-C."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TextIO, cast

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from bookingflow.embedded import EmbeddedProblem, ports, services, wanted_services
from bookingflow.embedded.folders import prepare_runtime_dirs
from bookingflow.embedded.location import lock_dir
from bookingflow.embedded.locks import take
from bookingflow.embedded.serving import Plan, serve
from bookingflow.embedded.supervisor import say
from bookingflow.lib.commands import whole_number


class Command(BaseCommand):
    help = "Serve BookingFlow with all that it needs, until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=whole_number(1, 65_535), default=settings.PORT, help="default: PORT, or 8000"
        )
        parser.add_argument("--host", default="127.0.0.1", help="address to serve on (default: 127.0.0.1)")
        parser.add_argument("--no-demo", action="store_true", help="don't load the demo venues")
        parser.add_argument(
            "--json",
            action="store_true",
            help="print one JSON document once it serves; all else goes to standard error",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A shell that starts it in the background has SIGINT ignored; asked for, it stops all the same.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        with _standard_output_apart() if options["json"] else nullcontext() as out:
            with suppress(KeyboardInterrupt):
                _serve(ports.resolve(options["host"], options["port"]), demo=not options["no_demo"], out=out)
            say("stopped")


@contextmanager
def _standard_output_apart() -> Iterator[TextIO]:
    """What is printed meanwhile, by the processes that are started too, goes to standard error."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        try:
            yield out
        finally:
            sys.stdout.flush()
            os.dup2(out.fileno(), 1)


def _serve(address: ports.Address, *, demo: bool, out: TextIO | None) -> None:
    plan = Plan(
        address=address,
        host_name=_a_host_name(settings.ALLOWED_HOSTS),
        data_dir=Path(settings.DATA_DIR),
        web_workers=settings.WEB_WORKERS,
        worker_concurrency=settings.WORKER_CONCURRENCY,
        document_to=out,
    )
    prepare_runtime_dirs(plan.data_dir)
    _be_the_only_one(plan.data_dir)
    with (
        ports.listen(address) as listener,
        services(plan.data_dir, wanted=wanted_services(os.environ)) as running,
    ):
        _prepare_database(demo=demo)
        serve(plan, listener, running)


def _be_the_only_one(data_dir: Path) -> None:
    """The lock is let go of when the process ends."""
    if take(lock_dir(data_dir) / "up.lock") is None:
        raise EmbeddedProblem(
            f"Another `up` already runs on the data folder {data_dir}: "
            "stop it, or choose another folder with BOOKINGFLOW_DATA_DIR."
        )


def _prepare_database(*, demo: bool) -> None:
    try:
        say("migrating")
        call_command("migrate", verbosity=0, interactive=False)
        if demo and "demo" in get_commands():
            say("loading the demo venues")
            call_command("demo", stdout=io.StringIO())
    except OperationalError as fault:
        raise EmbeddedProblem(f"The database can't be used: {str(fault).strip()}") from None
    finally:
        ours = cast(DatabaseWrapper, connections["default"])
        ours.close()
        ours.close_pool()


def _a_host_name(allowed: list[str]) -> str:
    named = [name.lstrip(".") for name in allowed if name.strip("*")]
    return named[0] if named else "localhost"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
