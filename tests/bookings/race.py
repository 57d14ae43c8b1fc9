"""Callers that start at the same instant, each in a thread and on a connection of its own."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import Any

from django.db import connections

from bookingflow.api import unit_of_work
from bookingflow.lib.errors import DomainError


def race(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each gave, or the refusal that it met, in the order of the calls. Anything else that is raised is lost
    neither: it stands in its place."""
    outcomes: list[Any] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(number: int) -> None:
        start.wait()
        try:
            outcomes[number] = unit_of_work.run(calls[number])
        except Exception as fault:
            outcomes[number] = fault
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[number]) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def won(outcomes: Sequence[Any]) -> list[Any]:
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def refusals(outcomes: Sequence[Any]) -> list[str]:
    """The codes of the refusals; whatever else was raised is raised again."""
    faults = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    for fault in faults:
        if not isinstance(fault, DomainError):
            raise fault
    return [fault.code for fault in faults]
