"""Host names to addresses, off the caller's thread, so that a name server that hangs holds up nobody."""

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

Find = Callable[[str], Sequence[str]]


def system_addresses(host: str) -> list[str]:
    """All IPv4 and IPv6 addresses of an ASCII host name, in the system's order of preference.

    Raises `socket.gaierror` when there are none.
    """
    # Bytes keep Python's own IDNA codec out: it refuses some names with a UnicodeError.
    found = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class NameLookup:
    """Runs `find` in daemon threads: getaddrinfo can't be cancelled, and may block for tens of seconds.

    One look-up per name at a time; whoever asks for the same name meanwhile gets the same answer. So a name
    that hangs costs one thread, none of asyncio's few, and the end of the process doesn't wait for it.
    """

    def __init__(self, find: Find = system_addresses, *, at_most: int = 256) -> None:
        self._find = find
        self._at_most = at_most
        self._lock = threading.Lock()
        self._running: dict[str, Future[Sequence[str]]] = {}

    def start(self, host: str) -> Future[Sequence[str]]:
        """The future fails with `OSError` where there is no address, or too much is being looked up."""
        with self._lock:
            if host in self._running:
                return self._running[host]
            future: Future[Sequence[str]] = Future()
            # A running future can't be cancelled: a waiter that gives up takes nothing from the others.
            future.set_running_or_notify_cancel()
            if len(self._running) >= self._at_most:
                future.set_exception(socket.gaierror(socket.EAI_AGAIN, "too many look-ups at once"))
                return future
            self._running[host] = future
        threading.Thread(target=self._run, args=(host, future), name="name-lookup", daemon=True).start()
        return future

    def _run(self, host: str, future: Future[Sequence[str]]) -> None:
        try:
            found = self._find(host)
        except Exception as error:
            self._forget(host)
            future.set_exception(error)
        else:
            self._forget(host)
            future.set_result(found)

    def _forget(self, host: str) -> None:
        with self._lock:
            del self._running[host]


SYSTEM_NAMES = NameLookup()
