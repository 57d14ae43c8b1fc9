"""How calls are counted in Redis: exactly, by all at once, in any stretch of time."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from bookingflow.api import limits
from bookingflow.api.limits import Verdict, count_call
from bookingflow.lib import redis as house_redis
from bookingflow.lib.rates import Rate
from bookingflow.lib.redis import ask

AGO = """
    local clock = redis.call('TIME')
    local calls = {}
    for i = 1, #ARGV, 2 do
      table.insert(calls, clock[1] * 1000000 + clock[2] - tonumber(ARGV[i]) * 1000000)
      table.insert(calls, tonumber(ARGV[i + 1]))
    end
    redis.call('SET', KEYS[1], cmsgpack.pack(calls))
"""


@pytest.fixture(autouse=True)
def _patient(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, Redis is not taken for away."""
    monkeypatch.setattr(house_redis, "PATIENCE_SECONDS", 20.0)
    settings.REDIS_URL += f"{'&' if '?' in settings.REDIS_URL else '?'}client_name={uuid4()}"


@pytest.fixture
def call(settings: Settings) -> Callable[[], Verdict]:
    settings.RATE_LIMIT_ADDRESS = Rate(1_000_000, 60)
    key, address = uuid4(), str(uuid4())
    return lambda: count_call(key_id=key, address=address)


@pytest.fixture
def address() -> str:
    return str(uuid4())


def came(address: str, *ago_and_calls: float) -> None:
    """So many calls came so many seconds ago: 40, 3, 20, 1 are three calls and one."""
    ask(lambda redis: redis.eval(AGO, 1, f"limit:address:{address}", *map(str, ago_and_calls)))


def passing(verdicts: list[Verdict]) -> int:
    return sum(verdict.passes for verdict in verdicts)


def test_the_whole_quota_may_come_at_once(settings: Settings, call: Callable[[], Verdict]) -> None:
    settings.RATE_LIMIT_KEY = Rate(600, 60)
    verdicts = [call() for _ in range(600)]
    assert passing(verdicts) == 600
    assert [verdict.tighter.left for verdict in verdicts] == [*reversed(range(600))]
    assert not call().passes


def test_of_fifty_at_once_exactly_the_quota_passes(settings: Settings, call: Callable[[], Verdict]) -> None:
    settings.RATE_LIMIT_KEY = Rate(20, 60)
    start = Barrier(50)

    def run(_: int) -> Verdict:
        start.wait()
        return call()

    with ThreadPoolExecutor(50) as pool:
        verdicts = list(pool.map(run, range(50)))
    assert passing(verdicts) == 20
    assert sorted(verdict.tighter.left for verdict in verdicts if verdict.passes) == [*range(20)]


def test_no_stretch_as_long_as_the_window_holds_more_than_the_quota(
    settings: Settings, call: Callable[[], Verdict]
) -> None:
    settings.RATE_LIMIT_KEY = Rate(40, 1)
    passed: list[tuple[float, float]] = []
    until = time.monotonic() + 3
    while (before := time.monotonic()) < until:
        if call().passes:
            passed.append((before, time.monotonic()))
    assert len(passed) > 40
    assert all(last[1] - first[0] >= 1 for first, last in zip(passed, passed[40:], strict=False))


@pytest.mark.parametrize("quota", [1, 3])
def test_whoever_waits_as_told_passes(settings: Settings, call: Callable[[], Verdict], quota: int) -> None:
    settings.RATE_LIMIT_KEY = Rate(quota, 1)
    while (verdict := call()).passes:
        pass
    time.sleep(int(verdict.headers["Retry-After"]))
    assert call().passes


@pytest.mark.parametrize(
    ("quota", "left", "seconds"),
    [(10, 5, 20), (5, 0, 20), (4, 0, 20), (3, 0, 40), (2, 0, 40), (1, 0, 50)],
)
def test_what_is_told_holds_for_what_came_before(
    settings: Settings, address: str, quota: int, left: int, seconds: int
) -> None:
    """Also where the quota was made smaller: it tells when enough of the calls will be forgotten."""
    came(address, 80, 9, 40, 2, 20, 2, 10, 1)
    settings.RATE_LIMIT_ADDRESS = Rate(quota, 60)
    verdict = count_call(key_id=None, address=address)
    assert verdict.passes == (left > 0)
    assert verdict.tighter.left == max(left - verdict.passes, 0)
    assert verdict.tighter.seconds in {seconds, seconds - 1}  # the seconds that the test itself takes


def test_a_clock_that_was_set_back_shuts_nobody_out(settings: Settings, address: str) -> None:
    came(address, -5_000, 9)
    settings.RATE_LIMIT_ADDRESS = Rate(9, 60)
    assert count_call(key_id=None, address=address).tighter.seconds == 60


def test_a_call_that_one_limit_refuses_counts_for_neither(settings: Settings, address: str) -> None:
    settings.RATE_LIMIT_KEY, settings.RATE_LIMIT_ADDRESS = Rate(1, 60), Rate(3, 60)
    key = uuid4()
    assert passing([count_call(key_id=key, address=address) for _ in range(5)]) == 1
    assert passing([count_call(key_id=None, address=address) for _ in range(5)]) == 2


def test_what_is_kept_stays_small_and_ends_by_itself(settings: Settings, address: str) -> None:
    came(address, *(figure for ago in range(3_500, 0, -71) for figure in (ago, 1_000)))
    settings.RATE_LIMIT_ADDRESS = Rate(1_000_000, 3_600)
    assert count_call(key_id=None, address=address).passes
    name = f"limit:address:{address}"
    assert ask(lambda redis: redis.strlen(name)) < 1_000
    assert 3_500 < ask(lambda redis: redis.ttl(name)) <= 3_600


def test_both_limits_take_one_round_trip(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMIT_KEY = settings.RATE_LIMIT_ADDRESS = Rate(9, 60)
    count_call(key_id=None, address="warm")
    sent: list[object] = []
    monkeypatch.setattr(limits, "ask", lambda command: ask(lambda redis: command(_Listening(redis, sent))))
    count_call(key_id=uuid4(), address="once")
    assert len(sent) == 1


class _Listening:
    def __init__(self, redis: object, sent: list[object]) -> None:
        self._redis, self._sent = redis, sent

    def __getattr__(self, command: str) -> object:
        self._sent.append(command)
        return getattr(self._redis, command)


def test_a_redis_that_forgot_the_script_is_told_it_again(settings: Settings, address: str) -> None:
    settings.RATE_LIMIT_ADDRESS = Rate(2, 60)
    count_call(key_id=None, address=address)
    ask(lambda redis: redis.script_flush())
    assert passing([count_call(key_id=None, address=address) for _ in range(2)]) == 1


def test_without_redis_every_call_passes_and_is_told_the_whole_quota(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0?client_name=limits"
    settings.RATE_LIMIT_KEY, settings.RATE_LIMIT_ADDRESS = Rate(2, 60), Rate(3, 60)
    verdicts = [count_call(key_id=UUID(int=7), address="gone") for _ in range(9)]
    assert passing(verdicts) == 9
    assert verdicts[8].headers == {"RateLimit-Policy": '"key";q=2;w=60', "RateLimit": '"key";r=2;t=60'}
