"""Rate limits: so many calls in any stretch of time as long as the window, of a key and of an address.

Both are counted in one script and one round trip, on Redis's own clock, so that all processes count together. A call
that is refused isn't counted. Without Redis all calls pass.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from django.conf import settings
from redis.exceptions import NoScriptError

from bookingflow.lib.rates import Rate
from bookingflow.lib.redis import RedisAway, ask

if TYPE_CHECKING:
    from redis import Redis

SCRIPT: Final = (Path(__file__).parent / "limits.lua").read_text()
_SHA: Final = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands with one limit: `left` calls now, more in `seconds`."""

    name: str
    rate: Rate
    left: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    passes: bool
    tighter: Standing

    @property
    def headers(self) -> dict[str, str]:
        """By draft-ietf-httpapi-ratelimit-headers-10; `Retry-After` on a refusal alone."""
        it = self.tighter
        told = {
            "RateLimit-Policy": f'"{it.name}";q={it.rate.limit};w={it.rate.window_seconds}',
            "RateLimit": f'"{it.name}";r={it.left};t={it.seconds}',
        }
        return told if self.passes else told | {"Retry-After": str(it.seconds)}


def count_call(*, key_id: UUID | None, address: str) -> Verdict:
    """Counts a call of this key, if it has one, from this address; or says that it may not pass."""
    rates = {"address": (f"limit:address:{address}", settings.RATE_LIMIT_ADDRESS)}
    if key_id is not None:
        rates = {"key": (f"limit:key:{key_id}", settings.RATE_LIMIT_KEY)} | rates
    passes, counted = _counted([*rates.values()])
    standings = [
        Standing(name, rate, left, -(-wait // _MICROSECONDS))
        for (name, (_, rate)), (left, wait) in zip(rates.items(), counted, strict=True)
    ]
    return Verdict(passes, min(standings, key=lambda standing: (standing.left, -standing.seconds)))


def _counted(limits: list[tuple[str, Rate]]) -> tuple[bool, list[tuple[int, int]]]:
    """Whether the call passes; per limit the calls left, and the microseconds until there are more."""
    windows = [rate.window_seconds * _MICROSECONDS for _, rate in limits]
    sent = [key for key, _ in limits]
    for (_, rate), window in zip(limits, windows, strict=True):
        sent += [str(rate.limit), str(window)]
    try:
        passes, *figures = ask(lambda redis: _run(redis, len(limits), sent))
    except RedisAway:
        return True, [(rate.limit, window) for (_, rate), window in zip(limits, windows, strict=True)]
    return bool(passes), list(zip(figures[::2], figures[1::2], strict=True))


def _run(redis: "Redis", keys: int, sent: list[str]) -> list[int]:
    try:
        return cast(list[int], redis.evalsha(_SHA, keys, *sent))
    except NoScriptError:  # a Redis that has just been started
        return cast(list[int], redis.eval(SCRIPT, keys, *sent))
