"""Callers that start at the same instant, each in a thread and on a connection of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

import psycopg
from django.db import connections

from bookingflow.api import unit_of_work
from bookingflow.lib.errors import DomainError
from tests.processes import another_connection, wait_until


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


@contextmanager
def in_the_middle(statement: str, parameters: Sequence[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Another transaction that has written this and not committed yet. It commits at the end of the block."""
    with another_connection() as other, other.transaction():
        other.execute(statement, parameters)
        yield other


def waiting(call: Callable[[], Any], other: psycopg.Connection[Any]) -> "Future[Any]":
    """The call, begun, once it waits for what the other transaction has locked."""
    pool = ThreadPoolExecutor(1)
    outcome = pool.submit(lambda: race([call])[0])
    pool.shutdown(wait=False)
    wait_until(lambda: somebody_waits_for(other))
    return outcome


def somebody_waits_for(other: psycopg.Connection[Any]) -> bool:
    return bool(other.execute(_WAITING).fetchall())


_WAITING = "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
