"""The users' side: makes sure that the servers run for as long as a `with services(...)` block lasts."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bookingflow.embedded import locks, status
from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.folders import prepare_runtime_dirs

POSTGRESQL = "postgresql"
REDIS = "redis"
START_SECONDS = 120.0
STOP_SECONDS = 60.0
_PROJECT = Path(__file__).resolve().parents[2]


def wanted_services(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Those that no address in the environment takes the place of."""
    addresses = {POSTGRESQL: "DATABASE_URL", REDIS: "REDIS_URL"}
    return tuple(name for name, variable in addresses.items() if not environment.get(variable))


@contextmanager
def services(
    data_dir: Path, *, wanted: tuple[str, ...] = (POSTGRESQL, REDIS), durable: bool = True
) -> Iterator["Services"]:
    """Runs the wanted servers, shared with every other process on the same data folder; the last one out stops them.

    `durable=False` trades safety against a crash of the machine for speed, where this call is the one that starts
    them. Raises EmbeddedProblem.
    """
    data_dir = data_dir.resolve()
    prepare_runtime_dirs(data_dir)
    users = [Use(data_dir, name, durable=durable) for name in wanted]
    try:
        for user in users:
            user.begin()
        for user in users:
            user.wait_until_ready()
        yield Services(users)
    finally:
        # All let go first, so that the servers stop side by side.
        for user in users:
            user.let_go()
        for user in users:
            user.wait_for_end()


class Services:
    def __init__(self, users: list["Use"]) -> None:
        self._users = users

    def keep(self) -> list[str]:
        """Starts a killed guardian again, without waiting for its server; tells what ended since last asked."""
        return [news for user in self._users for news in user.keep()]


class Use:
    """One process's use of one server."""

    def __init__(self, data_dir: Path, service: str, *, durable: bool) -> None:
        self._data_dir = data_dir
        self._service = service
        self._durable = durable
        self._hold: int | None = None
        self._spawned: subprocess.Popen[bytes] | None = None
        self._restarts = 0

    def begin(self) -> None:
        # A guardian that is just stopping has the lock alone: wait for its end.
        self._hold = locks.wait_for(self._users_lock, shared=True, seconds=STOP_SECONDS)
        if self._hold is None:
            raise EmbeddedProblem(
                f"The embedded {self._service} is being stopped and doesn't end: see {self._log}."
            )
        if not self._guardian_lives():
            self._spawn()

    def wait_until_ready(self) -> None:
        """Starts a guardian in the place of another user's that failed, or says why ours did."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._guardian_lives():
                if (found := self._status()).state == status.READY:
                    self._restarts = found.restarts
                    return
            elif self._spawned is not None and self._spawned.poll():
                raise EmbeddedProblem(self._status().message or self._last_words())
            else:
                self._spawn()
            time.sleep(0.02)
        raise EmbeddedProblem(f"The embedded {self._service} did not start in time: see {self._log}.")

    def keep(self) -> list[str]:
        if not self._guardian_lives():
            if self._spawned is not None:
                self._spawned.wait()
            self._spawn()
            self._restarts = 0
            return [f"the guardian of {self._service} had ended: both are started again"]
        found = self._status()
        if found.restarts == self._restarts:
            return []
        self._restarts = found.restarts
        return [f"{self._service} {found.message}: it is started again"]

    def let_go(self) -> None:
        if self._hold is not None:
            locks.release(self._hold)
            self._hold = None

    def wait_for_end(self) -> None:
        """Returns when the server has stopped, or at once where others still use it."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._guardian_lives() and not self._others_use_it() and time.monotonic() < deadline:
            time.sleep(0.03)
        if self._spawned is not None and not self._guardian_lives():
            self._spawned.wait()

    def _spawn(self) -> None:
        """One process at a time, so that the status file read later is the new guardian's."""
        spawning = locks.wait_for(self._users_lock.with_suffix(".spawn"), seconds=START_SECONDS)
        if spawning is None:
            return
        try:
            if self._guardian_lives():
                return
            status.clear(self._data_dir, self._service)
            self._spawned = self._start_guardian()
            while self._spawned.poll() is None and not self._guardian_lives():
                time.sleep(0.01)
        finally:
            locks.release(spawning)

    def _start_guardian(self) -> subprocess.Popen[bytes]:
        module = [sys.executable, "-m", "bookingflow.embedded.guardian", self._service, str(self._data_dir)]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                module if self._durable else [*module, "--relaxed"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=_PROJECT, start_new_session=True,
            )  # fmt: skip

    def _status(self) -> status.Status:
        return status.read(self._data_dir, self._service) or status.Status(status.STARTING, 0)

    def _guardian_lives(self) -> bool:
        return not locks.is_free(status.guardian_lock(self._data_dir, self._service))

    def _others_use_it(self) -> bool:
        """Others hold the lock shared; the guardian alone, once it stops."""
        return not locks.is_free(self._users_lock) and locks.is_free(self._users_lock, shared=True)

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return f"The embedded {self._service} failed ({lines[-1] if lines else 'silently'}): see {self._log}."

    @property
    def _users_lock(self) -> Path:
        return status.users_lock(self._data_dir, self._service)

    @property
    def _log(self) -> Path:
        return status.log_file(self._data_dir, self._service)
