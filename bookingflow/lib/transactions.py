"""Services work inside the transaction of whoever calls them, and never open the outer one."""

from collections.abc import Callable

from django.db import connection, transaction


def require_transaction() -> None:
    """Raises RuntimeError outside of one: without it a change and its audit row could part."""
    if not connection.in_atomic_block:
        raise RuntimeError("a service needs the transaction of its caller")


def rehearsed(work: Callable[[], object]) -> None:
    """Raises what `work` raises, and undoes it where it raises nothing. Its locks are kept."""
    try:
        with transaction.atomic():
            work()
            raise _Undone
    except _Undone:
        return


class _Undone(Exception):
    pass
