"""A cable between a client and a server, which can be cut: connections break, and none comes about for a while."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread

Plug = Path | tuple[str, int]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Cable:
    def __init__(self, listener: socket.socket, server: Plug) -> None:
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._server = server
        self._lock = Lock()
        self._ends: set[socket.socket] = set()
        self._cut_until = 0.0

    def cut(self, *, seconds: float) -> None:
        with self._lock:
            self._cut_until = time.monotonic() + seconds
            for end in self._ends:
                _break(end)

    def serve(self) -> None:
        with suppress(OSError):  # closed: the run is over
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._connect, args=[client], daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = _dial(self._server)
        except OSError:
            _break(client)
            client.close()
            return
        with client, server, self._holding(client, server):
            back = Thread(target=_pump, args=[server, client], daemon=True)
            back.start()
            _pump(client, server)
            back.join()

    @contextmanager
    def _holding(self, *ends: socket.socket) -> Iterator[None]:
        with self._lock:
            self._ends.update(ends)
            if time.monotonic() < self._cut_until:
                for end in ends:
                    _break(end)
        try:
            yield
        finally:
            with self._lock:
                self._ends.difference_update(ends)


def _dial(server: Plug) -> socket.socket:
    if isinstance(server, Path):
        dialled = socket.socket(socket.AF_UNIX)
        dialled.connect(str(server))
        return dialled
    return socket.create_connection(server, 5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        source.settimeout(None)
        while part := source.recv(65_536):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _break(end: socket.socket) -> None:
    """Without a farewell where the system can do that: the other side reads an error, not an end."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable_to(server: Plug) -> Iterator[Cable]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        cable = Cable(listener, server)
        Thread(target=cable.serve, daemon=True).start()
        yield cable
