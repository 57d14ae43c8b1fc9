"""What a guardian tells the users of its server, and the files that both sides know."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from bookingflow.embedded import location

STARTING = "starting"
READY = "ready"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    state: str
    guardian_pid: int
    server_pid: int | None = None
    restarts: int = 0
    message: str = ""


def users_lock(data_dir: Path, service: str) -> Path:
    """Held shared by everybody who uses the service; whoever gets it alone knows that nobody is left."""
    return location.lock_dir(data_dir) / f"{service}.users.lock"


def guardian_lock(data_dir: Path, service: str) -> Path:
    """Held by the guardian for as long as it lives."""
    return location.lock_dir(data_dir) / f"{service}.guardian.lock"


def log_file(data_dir: Path, service: str) -> Path:
    return location.log_dir(data_dir) / f"{service}.log"


def read(data_dir: Path, service: str) -> Status | None:
    try:
        return Status(**json.loads(_file(data_dir, service).read_text()))
    except FileNotFoundError:
        return None


def write(data_dir: Path, service: str, status: Status) -> None:
    draft = _file(data_dir, service).with_suffix(".draft")
    draft.write_text(json.dumps(asdict(status)))
    os.replace(draft, _file(data_dir, service))


def clear(data_dir: Path, service: str) -> None:
    _file(data_dir, service).unlink(missing_ok=True)


def _file(data_dir: Path, service: str) -> Path:
    return location.lock_dir(data_dir) / f"{service}.json"
