"""Services work inside the transaction of whoever calls them, and never open the outer one."""

from django.db import connection


def require_transaction() -> None:
    """Raises RuntimeError outside of one: without it a change and its audit row could part."""
    if not connection.in_atomic_block:
        raise RuntimeError("a service needs the transaction of its caller")
