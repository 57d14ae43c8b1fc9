"""Wakes the worker after a commit. Whatever gets lost here, the sweep by beat finds.

A burst of commits becomes few messages: a mark in Redis says that a drain was asked for and hasn't begun to look.
A drain removes the mark before it looks, so whoever finds the mark set has committed early enough to be seen.
"""

import logging
from functools import cache

from celery import current_app
from kombu.connection import Connection
from kombu.pools import producers

from bookingflow.lib import redis

DRAIN_TASK = "webhooks.drain"
MARK = "bookingflow:drain-asked-for"
# Bounds how often a mark whose message got lost keeps others silent, and what gathers while no worker runs.
MARK_MS = 60_000
PATIENCE_SECONDS = 0.1

logger = logging.getLogger(__name__)


def wake_drain() -> None:
    """Never raises, and costs a request some 100 ms at most, once, when Redis is away."""
    try:
        if redis.ask(lambda client: client.set(MARK, 1, nx=True, px=MARK_MS)):
            _publish()
    except redis.RedisAway:
        pass  # the events wait in the database
    except Exception:
        logger.warning("The worker could not be woken; the sweep will find what is due.", exc_info=True)


def wake(task: str) -> None:
    """Another task of the house, for what is rare enough to need no mark. Never raises, as above."""
    try:
        redis.ask(lambda client: client.ping())
        _publish(task)
    except redis.RedisAway:
        pass  # what is to be done stands in the database
    except Exception:
        logger.warning("The worker could not be woken; the sweep will find what is due.", exc_info=True)


def unmark() -> None:
    """To be called by a drain before it looks for work."""
    try:
        redis.ask(lambda client: client.delete(MARK))
    except redis.RedisAway:
        logger.info("Redis went away; commits wake nobody until the mark runs out.")


def _publish(task: str = DRAIN_TASK) -> None:
    with producers[_connection()].acquire(block=True, timeout=PATIENCE_SECONDS) as producer:
        current_app.send_task(task, producer=producer, retry=False, ignore_result=True)


@cache
def _connection() -> Connection:
    """Short of patience, other than the workers' connections, for a person waits for the answer."""
    options = {
        "socket_timeout": PATIENCE_SECONDS,
        "socket_connect_timeout": PATIENCE_SECONDS,
        "max_retries": 0,
        "connect_retries_timeout": PATIENCE_SECONDS,
    }
    connection: Connection = current_app.connection_for_write(
        connect_timeout=PATIENCE_SECONDS, transport_options=options
    )
    return connection
