"""Keeps one embedded server running for as long as anybody uses it: `guardian SERVICE DATA_DIR [--relaxed]`.

Every user holds the users' lock shared; the guardian keeps asking for it alone. When it gets it nobody is left, however
the last user ended, and the guardian stops the server and goes.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from bookingflow.embedded import locks, status
from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.folders import prepare_runtime_dirs
from bookingflow.embedded.server import Server
from bookingflow.embedded.status import Status

# Imported when it is known which one is wanted: Redis's guardian has no need of a database driver.
SERVERS = {
    "postgresql": ("bookingflow.embedded.postgres", "PostgresServer"),
    "redis": ("bookingflow.embedded.redis_server", "RedisServer"),
}
POLL_SECONDS = 0.2
FIRST_TRIES = 5
LONGEST_PAUSE_SECONDS = 5.0
# Both servers make their socket before they read what they keep, so this doesn't bound a recovery.
SOCKET_SECONDS = 15.0
LOG_BYTES = 5_000_000
_PR_SET_PDEATHSIG = 1


class Guardian:
    def __init__(self, server: Server, data_dir: Path) -> None:
        self._server = server
        self._data_dir = data_dir
        self._users_lock = status.users_lock(data_dir, server.name)
        self._lock_file = self._users_lock.stat().st_ino
        self._child: subprocess.Popen[bytes] | None = None
        self._status = Status(status.STARTING, os.getpid())
        self._told_to_stop = False

    def run(self) -> None:
        """Returns when the last user has gone, the data folder has vanished, or a signal said so."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)
        self._tell(self._status)
        try:
            self._start_first()
            self._watch()
        finally:
            self._end_server()

    def _start_first(self) -> None:
        for _ in range(FIRST_TRIES):
            if self._start() or self._nobody_is_left():
                return
        raise EmbeddedProblem(
            f"{self._server.name} does not start: see {status.log_file(self._data_dir, self._server.name)}."
        )

    def _watch(self) -> None:
        pause = POLL_SECONDS
        while not self._nobody_is_left():
            _bound_log(status.log_file(self._data_dir, self._server.name))
            if (trouble := self._trouble()) is None:
                time.sleep(POLL_SECONDS)
                continue
            self._end_server()
            restarts = self._status.restarts + 1
            self._tell(replace(self._status, state=status.STARTING, restarts=restarts, message=trouble))
            pause = POLL_SECONDS if self._start() else min(pause * 2, LONGEST_PAUSE_SECONDS)
            time.sleep(pause)

    def _start(self) -> bool:
        """Starts the server and waits until it answers; False when it ended before it did, or can't be reached."""
        prepare_runtime_dirs(self._data_dir)
        self._server.prepare()
        command = self._server.command()
        end_with_us = _end_with(os.getpid(), self._server.farewell[0][0])
        # The guardian has one thread, so code between fork and exec is safe.
        self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd="/", preexec_fn=end_with_us)  # noqa: PLW1509
        reachable_at = time.monotonic()
        while self._child.poll() is None and not self._nobody_is_left():
            if self._server.is_ready():
                self._tell(replace(self._status, state=status.READY, server_pid=self._child.pid))
                return True
            if self._server.socket.exists():
                reachable_at = time.monotonic()
            elif time.monotonic() - reachable_at > SOCKET_SECONDS:
                # A server that ends removes the socket by its name, even where a newer one has made its own there.
                self._end_server()
            time.sleep(0.03)
        return False

    def _nobody_is_left(self) -> bool:
        """Once true it stays true: the lock that proves it is kept until the process ends."""
        if not self._told_to_stop:
            self._told_to_stop = self._data_dir_vanished() or locks.take(self._users_lock) is not None
        return self._told_to_stop

    def _data_dir_vanished(self) -> bool:
        try:
            return self._users_lock.stat().st_ino != self._lock_file
        except FileNotFoundError:
            return True

    def _end_server(self) -> None:
        for number, seconds in self._server.farewell:
            if self._child is None or self._child.poll() is not None:
                return
            self._child.send_signal(number)
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                continue

    def _trouble(self) -> str | None:
        """Why the server has to be started again. A socket may fall to whoever cleans up temporary files."""
        code = self._child.poll() if self._child else 0
        if code is None:
            return None if self._server.socket.exists() else "lost its socket"
        return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"

    def _tell(self, news: Status) -> None:
        self._status = news
        if not self._data_dir_vanished():
            status.write(self._data_dir, self._server.name, news)

    def _stop_soon(self, *_: object) -> None:
        self._told_to_stop = True


def _end_with(parent: int, number: int) -> Callable[[], None] | None:
    """For the child to run before exec: the kernel signals it when its guardian is killed (Linux alone can)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def _bound_log(log: Path) -> None:
    """Keeps one old copy. The writers append, so the file may be emptied under them."""
    try:
        if log.stat().st_size > LOG_BYTES:
            log.with_suffix(".old.log").write_bytes(log.read_bytes())
            os.truncate(log, 0)
    except FileNotFoundError:
        pass


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("service", choices=SERVERS)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--relaxed", action="store_true", help="trade durability for speed: for tests alone")
    wanted = parser.parse_args(arguments)
    if locks.wait_for(status.guardian_lock(wanted.data_dir, wanted.service), seconds=2) is None:
        return 0
    try:
        module, name = SERVERS[wanted.service]
        server: Server = getattr(import_module(module), name)(wanted.data_dir, durable=not wanted.relaxed)
        Guardian(server, wanted.data_dir).run()
    except EmbeddedProblem as problem:
        failed = Status(status.FAILED, os.getpid(), message=str(problem))
        status.write(wanted.data_dir, wanted.service, failed)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
