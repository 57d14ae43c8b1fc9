"""Where the embedded services of a data folder are found. Computes paths and addresses, touches nothing."""

import hashlib
import os
import re
from pathlib import Path

DATABASE = "bookingflow"
ROLE = "bookingflow"
POSTGRES_SOCKET = ".s.PGSQL.5432"
REDIS_SOCKET = "redis.sock"

# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
_SOCKET_PATH_BYTES = 103
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - made private and checked by folders.private_dir
# Characters that need no quoting in any of the addresses below, and mean nothing to libpq.
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def lock_dir(data_dir: Path) -> Path:
    """The folder of the locks and status files: always inside the data folder."""
    return data_dir.resolve() / "run"


def runtime_dir(data_dir: Path) -> Path:
    """The folder of the unix sockets: inside the data folder, or under /tmp where its path is too long for a socket.

    It follows from the data folder and the user alone (no environment variable), so that every process finds it.
    """
    inside = lock_dir(data_dir)
    if _fits(inside):
        return inside
    return Path(f"/tmp/bf-{os.geteuid()}") / _digest(data_dir)  # noqa: S108 - made private and checked by folders.private_dir


def figures_dir(data_dir: Path) -> Path:
    """The folder of the files in which processes count together: in memory, where the system has a place for that.

    They write through memory maps, and whoever writes to a page that a full disk has no room for is killed by SIGBUS.
    """
    if os.access(_SHARED_MEMORY, os.W_OK | os.X_OK):
        return _SHARED_MEMORY / f"bookingflow-{os.geteuid()}-{_digest(data_dir)}"
    return runtime_dir(data_dir) / "metrics"


def log_dir(data_dir: Path) -> Path:
    return data_dir.resolve() / "log"


def database_url(data_dir: Path) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={runtime_dir(data_dir)}"


def redis_url(data_dir: Path, database: int = 0) -> str:
    return f"unix://{runtime_dir(data_dir) / REDIS_SOCKET}?db={database}"


def _digest(data_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]


def _fits(folder: Path) -> bool:
    longest = len(os.fsencode(folder / POSTGRES_SOCKET))
    return longest <= _SOCKET_PATH_BYTES and _PLAIN.fullmatch(str(folder)) is not None
