"""The engine that `DATABASES` names.

When PostgreSQL has gone and is back, every idle connection of the pool is dead. The pool itself would find that out
one by one, with a pause of a second, then two, then four, before the next: for seconds requests would be refused by a
database that answers. So whoever is given a dead one has all of the idle ones thrown away, and takes a new one.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.pool is None or is_alive(connection):
            return connection
        self.pool.putconn(connection)
        self.pool.drain()
        return super().get_new_connection(conn_params)


def is_alive(connection: "Connection[Any]") -> bool:
    """An idle connection has nothing to say, so one that has was cut off, or is asked. Costs no round trip else."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except OperationalError:
        return False
    return True
