import logging
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from bookingflow.lib import redis as house_redis
from bookingflow.lib.redis import RedisAway, ask

UNREACHABLE = "redis://127.0.0.1:1/0"


def test_an_answer_comes_through() -> None:
    ask(lambda redis: redis.set("greeting", "hello", ex=5))
    assert ask(lambda redis: redis.get("greeting")) == b"hello"


def test_an_absent_redis_is_said_to_be_away(settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"
    with pytest.raises(RedisAway):
        ask(lambda redis: redis.get("anything"))


def test_after_a_failure_nobody_asks_for_a_while(settings: Settings) -> None:
    settings.REDIS_URL = UNREACHABLE + "?client_name=pause"
    asked = []
    for _ in range(3):
        with pytest.raises(RedisAway):
            ask(lambda redis: (asked.append(1), redis.get("anything")))
    assert len(asked) == 1


def test_a_failure_is_logged_once_a_minute(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = UNREACHABLE + "?client_name=log"
    monkeypatch.setattr(house_redis, "PAUSE_SECONDS", 0.0)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with pytest.raises(RedisAway):
                ask(lambda redis: redis.get("anything"))
    assert [record.name for record in caplog.records].count("bookingflow.lib.redis") == 1


def test_once_the_pause_is_over_redis_is_asked_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_redis, "PAUSE_SECONDS", 0.0)
    settings.REDIS_URL += ("&" if "?" in settings.REDIS_URL else "?") + "client_name=again"
    with pytest.raises(RedisAway):
        ask(lambda redis: redis.execute_command("NO SUCH COMMAND"))
    assert ask(lambda redis: redis.ping()) is True


def test_a_redis_that_does_not_answer_costs_little(settings: Settings) -> None:
    """A list that stays empty stands in for a server that hangs: it answers after a second."""
    settings.REDIS_URL += ("&" if "?" in settings.REDIS_URL else "?") + "client_name=hangs"
    begun = time.monotonic()
    with pytest.raises(RedisAway):
        ask(lambda redis: redis.execute_command("BLPOP", "nothing-comes", 1))
    assert time.monotonic() - begun < 0.5
