"""What every management command shares: exit codes, `--json`, progress, and failures told in one sentence.

Exit codes: 0 done; 1 failed; 2 misused. What was asked for goes to standard output, all else to the other one.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import Any, ClassVar, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, transaction
from tqdm import tqdm

from bookingflow.lib import json
from bookingflow.lib.errors import DomainError, ServiceUnavailable

Item = TypeVar("Item")

MISUSED = 2
UNDEFINED_TABLE, UNDEFINED_COLUMN = "42P01", "42703"
BUSY = frozenset({"40P01", "40001", "55P03"})


class Error(CommandError):
    """Django prints the class's name before the sentence: `Error: There is no organization “acme”.`"""


class Command(BaseCommand):
    """Subclasses give `answer` (a JSON document), `told` (the same for a person), and `arguments`.

    `one_transaction` puts `answer` into a transaction, which is over before anything is printed.
    """

    requires_system_checks = ()
    one_transaction: ClassVar[bool] = False

    def arguments(self, parser: CommandParser) -> None:
        """What this command takes beside `--json`."""

    def answer(self, **options: Any) -> Any:
        raise NotImplementedError

    def told(self, document: Any) -> str:
        raise NotImplementedError

    def failure(self, document: Any) -> str:
        """A sentence where the document itself tells of a failure: it is printed, and the exit code is 1."""
        return ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
        self.arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if any(isinstance(value, str) and not _is_unicode(value) for value in options.values()):
            raise Error("An argument is no UTF-8.", returncode=MISUSED)
        try:
            with transaction.atomic() if self.one_transaction else nullcontext():
                document = self.answer(**options)
        except (DomainError, OperationalError, InterfaceError, ProgrammingError) as fault:
            raise self._refused(fault, as_json=options["json"]) from fault
        self._print(document, as_json=options["json"])
        if failure := self.failure(document):
            raise Error(failure)

    def progress(self, items: Iterable[Item], *, of: int | None, noun: str) -> Iterator[Item]:
        """The items, with a bar on standard error while it is a terminal; silent in a pipe. `of` None: nobody knows
        how many there will be."""
        hidden = not self.stderr.isatty()
        with tqdm(items, total=of, unit=f" {noun}", file=_Screen(self.stderr), disable=hidden) as counted:
            yield from counted

    def _refused(self, fault: DomainError | DatabaseError | InterfaceError, *, as_json: bool) -> Error:
        told = fault if isinstance(fault, DomainError) else database_refusal(fault)
        if as_json:
            error = {"code": told.code, "message": told.message}
            self._print({"error": error | ({"details": told.details} if told.details else {})}, as_json=True)
        return Error(told.message)

    def _print(self, document: Any, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(document).decode() if as_json else self.told(document))


class _Screen:
    """Django's streams end each piece of text with a line end of their own."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(text, str, ending="")

    def flush(self) -> None:
        self._stream.flush()


def _is_unicode(text: str) -> bool:
    """Python gives bytes of an argument that are no UTF-8 as surrogates, which neither JSON nor a database takes."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def database_refusal(fault: DatabaseError | InterfaceError) -> ServiceUnavailable:
    """Raises `fault` again where it is a defect of ours and not a state of the database."""
    state = getattr(fault.__cause__, "sqlstate", None)
    if state in {UNDEFINED_TABLE, UNDEFINED_COLUMN}:
        return ServiceUnavailable("The database lacks a migration: run `manage.py migrate`.")
    if isinstance(fault, ProgrammingError):
        raise fault
    if state in BUSY:
        return ServiceUnavailable("The database is busy with what this waits for. Try again shortly.")
    return ServiceUnavailable(f"The database is out of reach: {str(fault).strip() or type(fault).__name__}")


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """An argument's type: a whole number within these bounds."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
        return number

    read.__name__ = "whole number"  # argparse names it where int() refuses
    return read
