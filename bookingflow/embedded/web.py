"""A web server with one worker process, on a listening socket that the supervisor holds: `web FD THREADS`.

Several of them share the socket. While one is started again the others answer; while all are, connections wait in
the socket's queue, and none is refused.
"""

import socket
import sys
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from bookingflow.embedded.ports import BACKLOG

APPLICATION = "bookingflow.wsgi:application"
HEADER_BYTES = 65_536
STOP_SECONDS = 8


class HeldSocketServer(MPServer):
    """Granian on a socket that was opened by somebody else, for which it has no public option."""

    def __init__(self, listener: socket.socket, *, threads: int) -> None:
        super().__init__(
            APPLICATION,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=1,
            blocking_threads=threads,
            http1_settings=HTTP1Settings(max_buffer_size=HEADER_BYTES),
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
            log_level=LogLevels.error,
        )
        self._listener = listener

    def _init_shared_socket(self) -> None:
        is_unix_socket = False
        # Granian's stubs leave out the class's arguments, and take these attributes for None for ever.
        self._shd: Any = SocketHolder(self._listener.fileno(), is_unix_socket, BACKLOG)  # type: ignore[call-arg]
        self._ssp = None
        self._sso: Any = self._listener


def main(descriptor: int, threads: int) -> None:
    HeldSocketServer(socket.socket(fileno=descriptor), threads=threads).serve()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
