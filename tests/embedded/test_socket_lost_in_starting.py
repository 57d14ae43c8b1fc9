"""A Redis that ends removes its socket by name, and may so take away the one that its successor has just made."""

from pathlib import Path

from bookingflow.embedded import REDIS, locks, status
from bookingflow.embedded.folders import prepare_runtime_dirs
from tests.embedded.processes import eventually, living, python

# Takes the first socket away before anybody was answered on it.
ROBBED = """
import sys
from bookingflow.embedded import guardian, redis_server
class Robbed(redis_server.RedisServer):
    intact = False
    def is_ready(self):
        if not Robbed.intact and self.socket.exists():
            Robbed.intact = True
            self.socket.unlink()
        return super().is_ready()
redis_server.RedisServer = Robbed
guardian.SOCKET_SECONDS = 1.0
sys.exit(guardian.main(["redis", sys.argv[1], "--relaxed"]))
"""


def is_ready(data_dir: Path) -> bool:
    found = status.read(data_dir, REDIS)
    return found is not None and found.state == status.READY


def test_a_server_robbed_of_its_socket_while_it_starts_is_started_again(tmp_path: Path) -> None:
    prepare_runtime_dirs(tmp_path)
    used = locks.wait_for(status.users_lock(tmp_path, REDIS), shared=True, seconds=5)
    assert used is not None
    with python("-c", ROBBED, str(tmp_path)) as guardian:
        assert eventually(lambda: is_ready(tmp_path), seconds=60)
        guardian.terminate()
        guardian.wait(30)
    assert living(tmp_path) == []
