"""A closed-loop client in a process of its own: so many connections, each sends its next request when the last is
answered. One thread and plain sockets, some 30 µs a request, so that the server is what is measured.

Standard input: the requests as they go over the line, each after its length. Standard output: JSON, see `Round`.
"""

import json
import selectors
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LENGTH = struct.Struct(">I")
PATIENCE_SECONDS = 30
_LENGTH_HEADER = b"\r\ncontent-length: "


@dataclass(frozen=True, slots=True)
class Round:
    """Times in milliseconds, of each request; `statuses` counts the answers of each HTTP status."""

    seconds: float
    times: list[float]
    statuses: dict[str, int]


def drive(host: str, port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> Round:
    """Sends each request once, until the time is over or none is left. A single one is sent again and again."""
    sent = b"".join(LENGTH.pack(len(request)) + request for request in requests)
    command = [sys.executable, "-m", "benchmarks.client", host, str(port), str(clients), str(seconds)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        command, input=sent, stdout=subprocess.PIPE, cwd=root, check=True, timeout=seconds + 120
    )
    return Round(**json.loads(done.stdout))


class _Lane:
    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self._received = b""
        self._missing = 0

    def send(self, request: bytes) -> None:
        self._received, self._missing = b"", 0
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> str | None:
        """The status, once the answer is whole."""
        came = self.socket.recv(262_144)
        if not came:
            raise ConnectionError("the server hung up")
        if self._missing:
            self._missing -= len(came)
        else:
            self._received += came
            head, end, body = self._received.partition(b"\r\n\r\n")
            if not end:
                return None
            length = head.lower().partition(_LENGTH_HEADER)[2].partition(b"\r\n")[0]
            self._missing = int(length or b"0") - len(body)
        return self._received[9:12].decode() if self._missing <= 0 else None


def _run(requests: Iterator[bytes], lanes: Sequence[_Lane], until: float) -> Round:
    times: list[float] = []
    statuses: dict[str, int] = {}
    begun = time.perf_counter()
    with selectors.DefaultSelector() as waiting:
        for lane, request in zip(lanes, requests, strict=False):
            waiting.register(lane.socket, selectors.EVENT_READ, lane)
            lane.send(request)
        while waiting.get_map():
            ready = waiting.select(PATIENCE_SECONDS)
            if not ready:
                raise TimeoutError("the server did not answer")
            for key, _ in ready:
                if (status := key.data.receive()) is None:
                    continue
                now = time.perf_counter()
                times.append(round((now - key.data.began) * 1000, 3))
                statuses[status] = statuses.get(status, 0) + 1
                if now < until and (request := next(requests, b"")):
                    key.data.send(request)
                else:
                    waiting.unregister(key.fileobj)
    return Round(time.perf_counter() - begun, times, statuses)


def _read(stream: bytes) -> list[bytes]:
    requests, at = [], 0
    while at < len(stream):
        (length,) = LENGTH.unpack_from(stream, at)
        requests.append(stream[at + LENGTH.size : at + LENGTH.size + length])
        at += LENGTH.size + length
    return requests


def _again_and_again(requests: Sequence[bytes]) -> Iterator[bytes]:
    yield from requests
    while len(requests) == 1:
        yield requests[0]


def main(host: str, port: str, clients: str, seconds: str) -> None:
    requests = _read(sys.stdin.buffer.read())
    lanes = [_Lane(host, int(port)) for _ in range(int(clients))]
    done = _run(_again_and_again(requests), lanes, time.perf_counter() + float(seconds))
    print(json.dumps({"seconds": done.seconds, "times": done.times, "statuses": done.statuses}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
