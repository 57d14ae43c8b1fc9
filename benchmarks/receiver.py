"""A receiver of webhooks for measuring: notes when each came, answers at once, or under /hangs never.

`python -m benchmarks.receiver 20` listens on as many ports and prints them; GET /-/ tells what came since the last
time. Each endpoint has a port, and so connections, of its own, as receivers in the world have.
"""

import asyncio
import json
import sys
import time

CONTROL = b"/-/"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Arrival = tuple[str, str, float]

_arrivals: list[Arrival] = []


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            headers = _headers(self._received[:end])
            length = end + 4 + int(headers.get(b"content-length", b"0"))
            if len(self._received) < length:
                return
            path = self._received.split(b" ", 2)[1]
            self._received = self._received[length:]
            self._answer(path, headers)

    def _answer(self, path: bytes, headers: dict[bytes, bytes]) -> None:
        if path == CONTROL:
            self._transport.write(_told())
            return
        _arrivals.append((path.decode(), headers.get(b"webhook-id", b"").decode(), time.time()))
        if not path.startswith(b"/hangs"):
            self._transport.write(ANSWER)


def _headers(head: bytes) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines}


def _told() -> bytes:
    body = json.dumps(_arrivals).encode()
    _arrivals.clear()
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body


async def _serve(ports: int) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_Connection, "127.0.0.1", 0, backlog=256) for _ in range(ports)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)  # noqa: T201
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
