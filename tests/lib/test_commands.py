"""The ground of every management command: streams, exit codes and progress."""

import io
import os
import pty
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, OutputWrapper
from django.db import ProgrammingError, connection

from bookingflow.lib import commands
from bookingflow.lib.errors import Fault, InvalidRequest
from tests.processes import one_document


class Answering(commands.Command):
    """Does what the test gives it."""

    def __init__(self, work: Any, **streams: Any) -> None:
        super().__init__(**streams)
        self.work = work

    def answer(self, **options: Any) -> Any:
        return self.work()

    def told(self, document: Any) -> str:
        return f"It is {document}."

    def failure(self, document: Any) -> str:
        return "It is bad." if document == "bad" else ""


def printed(work: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(Answering(work), stdout=out, **options)
    return out.getvalue()


def refused(work: Any) -> tuple[CommandError, Any]:
    """The failure, and the document that went with it."""
    out = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command(Answering(work), stdout=out, json=True)
    return failure.value, one_document(out.getvalue())


def fail(fault: Exception) -> Any:
    raise fault


def test_a_person_is_told_and_a_program_gets_the_document() -> None:
    assert printed(lambda: "done") == "It is done.\n"
    assert printed(lambda: {"a": [1]}, json=True) == '{"a":[1]}\n'


def test_a_refusal_is_told_with_all_its_faults() -> None:
    refusal = InvalidRequest.of(Fault("slug", "Use letters.", "invalid"))
    failure, document = refused(lambda: fail(refusal))
    assert (str(failure), failure.returncode) == ("slug: Use letters.", 1)
    assert document["error"] == {
        "code": "INVALID_REQUEST",
        "message": "slug: Use letters.",
        "details": [{"field": "slug", "code": "invalid", "message": "Use letters."}],
    }


def test_an_answer_that_tells_of_a_failure_is_printed_and_fails() -> None:
    failure, document = refused(lambda: "bad")
    assert (str(failure), document) == ("It is bad.", "bad")


def test_an_argument_that_is_no_utf8_is_misuse() -> None:
    with pytest.raises(CommandError, match="no UTF-8") as misuse:
        call_command("create_organization", os.fsdecode(b"\xff"), slug="a", timezone="UTC", currency="GBP")
    assert misuse.value.returncode == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("SELECT 1 FROM no_such_table", "The database lacks a migration: run `manage.py migrate`."),
        ("SELECT no_such_column FROM organizations_apikey", "The database lacks a migration"),
        ("DO $$ BEGIN RAISE lock_not_available; END $$", "The database is busy"),
        ("DO $$ BEGIN RAISE deadlock_detected; END $$", "The database is busy"),
        ("DO $$ BEGIN RAISE admin_shutdown; END $$", "The database is out of reach"),
    ],
)
def test_the_state_of_the_database_is_told_in_a_sentence(statement: str, sentence: str) -> None:
    failure, document = refused(lambda: executed(statement))
    assert str(failure).startswith(sentence)
    assert document["error"]["code"] == "SERVICE_UNAVAILABLE"


@pytest.mark.django_db
def test_a_defect_of_ours_is_not_taken_for_a_state_of_the_database() -> None:
    with pytest.raises(ProgrammingError):
        printed(lambda: executed("SELEKT 1"))


def executed(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_progress_stays_quiet_in_a_pipe() -> None:
    err = io.StringIO()
    command = Answering(None, stderr=err)
    assert list(command.progress([1, 2, 3], of=3, noun="bookings")) == [1, 2, 3]
    assert err.getvalue() == ""


def test_progress_counts_on_a_terminal() -> None:
    with terminal() as (screen, shown):
        command = Answering(None)
        command.stderr = OutputWrapper(screen)
        assert list(command.progress("abc", of=3, noun="bookings")) == ["a", "b", "c"]
        assert "| 3/3 [" in shown()


@contextmanager
def terminal() -> Iterator[tuple[TextIO, Callable[[], str]]]:
    """A screen to write on, and what it shows up to the end of its line."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    with os.fdopen(slave, "w") as screen, os.fdopen(master, newline="\n") as shown:
        yield screen, shown.readline


@pytest.mark.parametrize("text", ["0", "11", "-1", "x", "", "1.5", "1e1"])
def test_a_whole_number_out_of_bounds_is_misuse(text: str) -> None:
    with pytest.raises((commands.argparse.ArgumentTypeError, ValueError)):
        commands.whole_number(1, 10)(text)


def test_a_whole_number_within_bounds_is_read() -> None:
    assert [commands.whole_number(1, 10)(text) for text in ("1", "10")] == [1, 10]
