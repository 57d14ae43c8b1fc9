from pathlib import Path

import psycopg
import redis

from bookingflow.embedded import POSTGRESQL, REDIS, location, services, status
from tests.embedded.processes import eventually, leave, living, user_of


def server_pid(data_dir: Path) -> int | None:
    found = status.read(data_dir, POSTGRESQL)
    return found.server_pid if found else None


def test_a_second_user_shares_the_servers_and_the_last_one_out_stops_them(tmp_path: Path) -> None:
    with user_of(tmp_path) as first:
        started = server_pid(tmp_path)
        with user_of(tmp_path) as second:
            assert server_pid(tmp_path) == started
            leave(first)
            assert psycopg.connect(location.database_url(tmp_path)).closed == 0
            leave(second)
    assert living(tmp_path) == []


def test_a_killed_user_leaves_no_process_behind_and_the_next_start_finds_its_rows(tmp_path: Path) -> None:
    with user_of(tmp_path) as user:
        with psycopg.connect(location.database_url(tmp_path)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        user.kill()
        assert eventually(lambda: living(tmp_path) == []), living(tmp_path)
    with services(tmp_path, durable=False), psycopg.connect(location.database_url(tmp_path)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_two_data_folders_have_services_of_their_own(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    with services(one, durable=False), services(other, durable=False):
        redis.Redis.from_url(location.redis_url(one)).set("whose", "one's")
        assert redis.Redis.from_url(location.redis_url(other)).get("whose") is None
        assert server_pid(one) != server_pid(other)


def test_a_data_folder_too_deep_for_a_socket_still_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    sockets = location.runtime_dir(deep)
    with services(deep, wanted=(REDIS,), durable=False):
        assert redis.Redis.from_url(location.redis_url(deep)).ping()
        assert sockets.stat().st_mode & 0o777 == 0o700
    sockets.rmdir()


def test_only_the_wanted_server_is_started(tmp_path: Path) -> None:
    with services(tmp_path, wanted=(REDIS,)):
        assert status.read(tmp_path, POSTGRESQL) is None
        assert not (tmp_path / "postgresql").exists()
