"""Celery's beat, of which any number may run: who holds a lock in Redis sends, the others stand by."""

from typing import Any

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import LockError, RedisError

from bookingflow.lib.beat import SteadyScheduler

LOCK = "bookingflow:beat"
# How long the lock of a killed beat keeps the others waiting.
LOCK_SECONDS = 5.0
ASK_EVERY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class OneBeat(SteadyScheduler):
    """Whoever takes over sends at once what fell due while it stood by: once too often rather than never."""

    def __init__(self, *args: Any, **options: Any) -> None:
        client = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        self._lock = client.lock(LOCK, timeout=LOCK_SECONDS, thread_local=False)
        self._leads = False
        super().__init__(*args, **options)

    def tick(self, *args: Any, **options: Any) -> float:
        if not self._is_leader():
            return ASK_EVERY_SECONDS
        pause: float = super().tick(*args, **options)
        return min(pause, ASK_EVERY_SECONDS)

    def close(self) -> None:
        super().close()
        if self._leads:
            self._give_up()

    def _is_leader(self) -> bool:
        led, self._leads = self._leads, False
        try:
            self._leads = (led and self._kept()) or self._lock.acquire(blocking=False)
        except RedisError:
            return False  # the broker is away as well: nothing could be sent
        if self._leads and not led:
            log.info("beat_leads")
        return self._leads

    def _kept(self) -> bool:
        try:
            return bool(self._lock.reacquire())
        except LockError:
            return False

    def _give_up(self) -> None:
        try:
            self._lock.release()
        except RedisError:
            log.info("beat_lock_left", seconds=LOCK_SECONDS)
