import pytest

from tests.plugin import redis_url_of


@pytest.mark.parametrize(
    ("worker", "given", "own"),
    [
        ("gw0", "unix:///tmp/x/redis.sock?db=0", "unix:///tmp/x/redis.sock?db=1"),
        ("gw3", "redis://127.0.0.1:6379/2", "redis://127.0.0.1:6379/6"),
        ("gw1", "redis://127.0.0.1:6379", "redis://127.0.0.1:6379/2"),
    ],
)
def test_each_worker_has_a_redis_database_of_its_own(worker: str, given: str, own: str) -> None:
    assert redis_url_of(worker, given) == own
