"""The limits before real web processes: counted together, and nobody's concern while Redis is away."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import httpx
import pytest
import redis

from benchmarks.stage import web_server
from bookingflow.embedded.redis_server import RedisServer
from tests.builders import make_api_key, make_organization
from tests.processes import database_url, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


class OwnRedis:
    """A Redis that the test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self.server = RedisServer(folder, durable=False)
        self.url = f"unix://{self.server.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.server.socket.parent.mkdir(parents=True, exist_ok=True)
        self.server.prepare()
        self.process = subprocess.Popen(self.server.command(), stdout=subprocess.DEVNULL)
        wait_until(self.server.is_ready)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path)
    own.start()
    yield own
    own.kill()
    shutil.rmtree(own.server.socket.parent, ignore_errors=True)


@pytest.fixture
def key() -> str:
    return make_api_key(make_organization())[1]


def client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30)


def test_two_processes_count_together(monkeypatch: pytest.MonkeyPatch, own_redis: OwnRedis) -> None:
    """Where a busy machine let Redis seem away for a moment, calls pass uncounted: then it is tried again."""
    monkeypatch.setenv("RATE_LIMIT_KEY", "12/minute")
    keys = [make_api_key(make_organization())[1] for _ in range(5)]
    with ExitStack() as stack:
        url = database_url()
        servers = [stack.enter_context(web_server(url, workers=1, redis_url=own_redis.url)) for _ in range(2)]
        for key in keys:
            clients = [stack.enter_context(client(server.url, key)) for server in servers]
            answers = [each.get("/api/v1/me") for each, _ in zip(cycle(clients), range(16), strict=False)]
            if [answer.status_code for answer in answers] == [200] * 12 + [429] * 4:
                break
        else:
            pytest.fail(f"{[answer.headers['RateLimit'] for answer in answers]}")
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers[:12]] == [
        f"r={left}" for left in reversed(range(12))
    ]


def test_a_killed_redis_lets_calls_pass_and_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, own_redis: OwnRedis, key: str, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RATE_LIMIT_KEY", "3/hour")
    with (
        web_server(database_url(), workers=1, redis_url=own_redis.url) as server,
        client(server.url, key) as http,
    ):
        wait_until(lambda: http.get("/api/v1/me").status_code == 429)
        capfd.readouterr()
        own_redis.kill()
        begun = time.monotonic()
        answers = [http.get("/api/v1/me") for _ in range(30)]
        assert [answer.status_code for answer in answers] == [200] * 30
        assert time.monotonic() - begun < 10
        assert {answer.headers["RateLimit"] for answer in answers} == {'"key";r=3;t=3600'}
        assert capfd.readouterr().err.count("Redis is away") == 1
        own_redis.start()
        wait_until(lambda: http.get("/api/v1/me").status_code == 429, seconds=60)
        assert "Redis is back" in capfd.readouterr().err


def test_whoever_waits_as_long_as_told_is_let_in(
    monkeypatch: pytest.MonkeyPatch, own_redis: OwnRedis, key: str
) -> None:
    monkeypatch.setenv("RATE_LIMIT_KEY", "2/second")
    with (
        web_server(database_url(), workers=2, redis_url=own_redis.url) as server,
        client(server.url, key) as http,
    ):
        refused = None
        deadline = time.monotonic() + 60
        while refused is None and time.monotonic() < deadline:
            answers = [http.get("/api/v1/me") for _ in range(5)]
            refused = next((answer for answer in answers[-1:] if answer.status_code == 429), None)
        assert refused is not None
        time.sleep(int(refused.headers["Retry-After"]))
        assert http.get("/api/v1/me").status_code == 200


def test_defaults_leave_room_for_a_person(
    monkeypatch: pytest.MonkeyPatch, own_redis: OwnRedis, key: str
) -> None:
    monkeypatch.delenv("RATE_LIMIT_KEY")
    monkeypatch.delenv("RATE_LIMIT_ADDRESS")
    with (
        web_server(database_url(), workers=1, redis_url=own_redis.url) as server,
        client(server.url, key) as http,
    ):
        assert http.get("/api/v1/me").headers["RateLimit-Policy"] == '"key";q=600;w=60'
        assert httpx.get(f"{server.url}/api/docs").headers["RateLimit-Policy"] == '"address";q=1200;w=60'
    with redis.Redis.from_url(own_redis.url) as own:
        assert sorted(name.partition(b":")[2].partition(b":")[0] for name in own.keys("limit:*")) == [
            b"address",
            b"key",
        ]
