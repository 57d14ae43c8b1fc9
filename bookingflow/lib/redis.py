"""Redis, which nothing may depend on: where it fails or dawdles, `ask` says so soon and the caller goes on.

One client per process with a pool of connections. A failure costs a caller about 100 ms; then nobody asks for
some seconds, until one caller tries again. `RedisAway` is the one error that callers need to know.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError
from redis.retry import Retry

PATIENCE_SECONDS = 0.1
PAUSE_SECONDS = 5.0
LOG_EVERY_SECONDS = 60.0

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class RedisAway(Exception):
    """Redis can't be reached, doesn't answer in time, or refuses."""


class _Circuit:
    """Keeps callers from an absent Redis: a failure begins a pause, and after it one caller tries again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._skip_until: float | None = None
        self._logged_at = float("-inf")

    def admits(self) -> bool:
        if self._skip_until is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._skip_until is not None and now < self._skip_until:
                return False
            self._skip_until = now + PAUSE_SECONDS
            return True

    def failed(self, fault: Exception) -> None:
        with self._lock:
            now = time.monotonic()
            self._skip_until = now + PAUSE_SECONDS
            if now - self._logged_at >= LOG_EVERY_SECONDS:
                self._logged_at = now
                logger.warning("Redis is away; going on without it: %s: %s", type(fault).__name__, fault)

    def succeeded(self) -> None:
        if self._skip_until is None:
            return
        with self._lock:
            self._skip_until = None
        logger.warning("Redis is back")


def ask(command: Callable[["redis.Redis"], Answer]) -> Answer:
    """What `command` gets from the client. Raises RedisAway, at once while Redis is known to be away."""
    circuit = _circuit(settings.REDIS_URL)
    if not circuit.admits():
        raise RedisAway("Redis was away a moment ago")
    try:
        answer = command(_client(settings.REDIS_URL))
    except (RedisError, OSError) as fault:
        circuit.failed(fault)
        raise RedisAway(str(fault)) from fault
    circuit.succeeded()
    return answer


@cache
def _circuit(url: str) -> _Circuit:
    return _Circuit()


@cache
def _client(url: str) -> "redis.Redis":
    """A connection lost since its last use is made anew, once; a late answer isn't waited for twice."""
    return redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
    )
