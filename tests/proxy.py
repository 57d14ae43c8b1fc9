"""A proxy between a client and a web process, which may lose what it is given, and tells when it has an answer."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from threading import Thread
from urllib.parse import urlsplit

PATIENCE = 60


class Fate(Enum):
    """What becomes of one request."""

    PASSES = "answered"
    LOST = "never arrives"
    ANSWER_LOST = "arrives, and its answer doesn't come back"
    TWICE = "arrives twice, and the second answer comes back"


@dataclass
class Proxy:
    """One request a connection: clients send `Connection: close`. `fate` is asked for each; `answered` is called when
    an answer that is going to be lost is there, before the client's connection is broken off."""

    url: str
    listener: socket.socket
    fate: Callable[[], Fate] = lambda: Fate.PASSES
    answered: Callable[[], None] = lambda: None
    lost_answers: list[bytes] = field(default_factory=list)
    # The port from which the latest request went on: whose process has its other end is who serves it.
    port: int = 0

    def serve(self) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                client, _ = self.listener.accept()
                Thread(target=self._one, args=[client], daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(PATIENCE)
            request, fate = whole_request(client), self.fate()
            if fate is Fate.LOST:
                return
            answer = self._forwarded(request)
            if fate is Fate.TWICE:
                answer = self._forwarded(request)
            if fate is Fate.ANSWER_LOST:
                self.lost_answers.append(answer)
                self.answered()
                return
            client.sendall(answer)

    def _forwarded(self, request: bytes) -> bytes:
        target = urlsplit(self.url)
        with socket.create_connection((target.hostname, target.port), PATIENCE) as server:
            self.port = server.getsockname()[1]
            server.sendall(request)
            return b"".join(iter(lambda: server.recv(65_536), b""))


def whole_request(client: socket.socket) -> bytes:
    """Its head and as much of a body as it announces."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += received(client)
    head = found.partition(b"\r\n\r\n")[0]
    lengths = [
        line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    ]
    missing = len(head) + 4 + int(lengths[0] if lengths else 0) - len(found)
    while missing > 0:
        part = received(client)
        found, missing = found + part, missing - len(part)
    return found


def received(client: socket.socket) -> bytes:
    part = client.recv(65_536)
    if not part:
        raise ConnectionResetError
    return part


@contextmanager
def proxy_to(url: str) -> Iterator[tuple[Proxy, str]]:
    """The proxy, and the address to call in place of `url`."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        proxy = Proxy(url, listener)
        thread = Thread(target=proxy.serve, daemon=True)
        thread.start()
        try:
            yield proxy, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)
