"""What the guardian needs to know of a server that it keeps running."""

import os
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol


class Server(Protocol):
    """One of the two embedded servers, PostgreSQL or Redis."""

    name: str
    socket: Path
    # Signals that end it, from the cleanest on, each with the seconds it is given.
    farewell: tuple[tuple[signal.Signals, float], ...]

    def prepare(self) -> None:
        """Makes what the server needs and ends a server that a killed guardian left behind.

        Raises EmbeddedProblem where that can't be had.
        """

    def command(self) -> list[str]: ...

    def is_ready(self) -> bool:
        """Whether it answers, and holds what its users expect to find."""


def find_wheel(package: str) -> Path | None:
    """The folder of an installed package, found without importing it (their imports have side effects)."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def accepts_connections(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(socket_path))
        except OSError:
            return False
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def command_of(pid: int) -> str:
    """The command line of a process, empty when it is gone. Pids are used again: compare before a signal is sent."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
