import contextlib
import os
import signal
from pathlib import Path

import psutil
import psycopg
import redis

from bookingflow.embedded import POSTGRESQL, REDIS, location, services, status
from tests.embedded.processes import eventually, living


def killed(data_dir: Path, service: str) -> status.Status:
    """Kills a server and answers its status once it is ready again."""
    before = status.read(data_dir, service)
    assert before is not None
    assert before.server_pid is not None
    os.kill(before.server_pid, signal.SIGKILL)
    assert eventually(lambda: is_back(data_dir, service, before.server_pid))
    after = status.read(data_dir, service)
    assert after is not None
    return after


def is_back(data_dir: Path, service: str, old_pid: int | None) -> bool:
    found = status.read(data_dir, service)
    return found is not None and found.state == status.READY and found.server_pid != old_pid


def test_a_killed_postgresql_comes_back_with_every_committed_row(tmp_path: Path) -> None:
    with services(tmp_path, wanted=(POSTGRESQL,)) as running:
        with psycopg.connect(location.database_url(tmp_path), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (number int)")
            for number in range(50):
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
        assert killed(tmp_path, POSTGRESQL).restarts == 1
        with psycopg.connect(location.database_url(tmp_path)) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (50,)
        assert running.keep() == ["postgresql was killed by signal 9: it is started again"]


def test_a_killed_redis_comes_back_with_every_answered_write(tmp_path: Path) -> None:
    with services(tmp_path, wanted=(REDIS,)):
        client = redis.Redis.from_url(location.redis_url(tmp_path))
        for number in range(50):
            client.rpush("kept", number)
        client.close()
        killed(tmp_path, REDIS)
        assert redis.Redis.from_url(location.redis_url(tmp_path)).llen("kept") == 50


def test_a_killed_guardian_is_started_again_and_takes_over(tmp_path: Path) -> None:
    with services(tmp_path, durable=False) as running:
        with psycopg.connect(location.database_url(tmp_path)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        for service in (POSTGRESQL, REDIS):
            before = status.read(tmp_path, service)
            assert before is not None
            os.kill(before.guardian_pid, signal.SIGKILL)
            assert eventually(lambda: bool(running.keep()))
            assert eventually(lambda: is_back(tmp_path, service, before.server_pid))  # noqa: B023
        with psycopg.connect(location.database_url(tmp_path)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert redis.Redis.from_url(location.redis_url(tmp_path)).ping()
    assert living(tmp_path) == []


def answers(data_dir: Path) -> bool:
    with contextlib.suppress(redis.ConnectionError):
        return bool(redis.Redis.from_url(location.redis_url(data_dir)).ping())
    return False


def test_a_server_whose_socket_was_removed_is_started_again(tmp_path: Path) -> None:
    with services(tmp_path, wanted=(REDIS,), durable=False) as running:
        (location.runtime_dir(tmp_path) / location.REDIS_SOCKET).unlink()
        assert eventually(lambda: answers(tmp_path))
        assert running.keep() == ["redis lost its socket: it is started again"]


def test_a_server_ends_when_its_folder_is_taken_away_under_it(tmp_path: Path) -> None:
    with services(tmp_path, wanted=(REDIS,), durable=False):
        before = status.read(tmp_path, REDIS)
        assert before is not None
        assert before.server_pid is not None
        location.lock_dir(tmp_path).rename(tmp_path / "moved")
        with services(tmp_path, wanted=(REDIS,), durable=False):
            assert eventually(lambda: not psutil.pid_exists(before.server_pid))
            assert eventually(lambda: answers(tmp_path))
