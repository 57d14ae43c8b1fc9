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
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Path(f"/tmp/bf-{os.geteuid()}") / digest  # noqa: S108 - made private and checked by folders.private_dir


def log_dir(data_dir: Path) -> Path:
    return data_dir.resolve() / "log"


def database_url(data_dir: Path) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={runtime_dir(data_dir)}"


def redis_url(data_dir: Path, database: int = 0) -> str:
    return f"unix://{runtime_dir(data_dir) / REDIS_SOCKET}?db={database}"


def _fits(folder: Path) -> bool:
    longest = len(os.fsencode(folder / POSTGRES_SOCKET))
    return longest <= _SOCKET_PATH_BYTES and _PLAIN.fullmatch(str(folder)) is not None
