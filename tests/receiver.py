"""A receiver of webhooks as a process of its own: it records what comes and answers as it was told.

    with receiving() as receiver:
        receiver.answer("/slow", Reply(status=500), Reply(delay=2), Reply())   # in turn; the last one stays
        receiver.url("/slow")
        receiver.wait_for(3)

Each path has its own answers; by default all is answered 200 at once.
"""

import asyncio
import base64
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from typing import Any

CONTROL = "/-/"


@dataclass(frozen=True, slots=True)
class Reply:
    """`delay` in seconds; a reply that hangs comes when the receiver is told to let go, or never."""

    status: int = 200
    delay: float = 0.0
    hang: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "thanks"


@dataclass(frozen=True, slots=True)
class Request:
    """`at` and `answered_at` are seconds of the machine's monotonic clock; unanswered: None."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    answered_at: float | None

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """What a test holds of the process."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, path: str, *replies: Reply) -> None:
        self._ask("PUT", {"path": path, "replies": [asdict(reply) for reply in replies]})

    def let_go(self) -> None:
        """What hangs is answered now."""
        self._ask("POST", {})

    def requests(self, path: str | None = None) -> list[Request]:
        """In the order in which they came."""
        rows = self._ask("GET")["requests"]
        received = [Request(**row | {"body": base64.b64decode(row["body"])}) for row in rows]
        return [request for request in received if path in (None, request.path)]

    def most_at_once(self, path: str) -> int:
        return int(self._ask("GET")["most_at_once"].get(path, 0))

    def at_once(self, path: str) -> int:
        return int(self._ask("GET")["at_once"].get(path, 0))

    def wait_for(self, number: int, path: str | None = None, *, seconds: float = 10.0) -> list[Request]:
        deadline = time.monotonic() + seconds
        while len(received := self.requests(path)) < number:
            assert time.monotonic() < deadline, (
                f"{len(received)} of {number} requests came within {seconds} s"
            )
            time.sleep(0.01)
        return received

    def _ask(self, method: str, document: Any = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, CONTROL, body=json.dumps(document))
        answer = connection.getresponse().read()
        connection.close()
        return json.loads(answer)


@contextmanager
def receiving() -> Iterator[Receiver]:
    process = subprocess.Popen([sys.executable, "-m", "tests.receiver"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Receiver(int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


# The process


@dataclass
class _Server:
    replies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    free: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                method, path, headers, body = await _next_request(reader)
                status, extra, answer = await self._answered(reader, method, path, headers, body)
                writer.write(_response(status, extra, answer))
                await writer.drain()
                if headers.get("connection") == "close":
                    break
        writer.close()

    async def _answered(
        self, reader: asyncio.StreamReader, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if path == CONTROL:
            return 200, {}, json.dumps(self._controlled(method, body)).encode()
        record = {"path": path, "headers": headers, "body": base64.b64encode(body).decode()}
        record |= {"at": time.monotonic(), "answered_at": None}
        self.received.append(record)
        reply = self._next_reply(path)
        await self._wait(reader, path, reply)
        record["answered_at"] = time.monotonic()
        return reply["status"], reply["headers"], reply["body"].encode()

    def _next_reply(self, path: str) -> dict[str, Any]:
        replies = self.replies.get(path) or [asdict(Reply())]
        return replies.pop(0) if len(replies) > 1 else replies[0]

    async def _wait(self, reader: asyncio.StreamReader, path: str, reply: dict[str, Any]) -> None:
        """Until the reply is due; a sender who gives up isn't counted any longer."""
        self.at_once[path] += 1
        self.most_at_once[path] = max(self.most_at_once[path], self.at_once[path])
        gone = asyncio.create_task(_until_gone(reader))
        due = asyncio.create_task(self.free.wait() if reply["hang"] else asyncio.sleep(reply["delay"]))
        try:
            await asyncio.wait({gone, due}, return_when=asyncio.FIRST_COMPLETED)
            if not due.done():
                raise ConnectionError
        finally:
            gone.cancel()
            due.cancel()
            await asyncio.gather(gone, due, return_exceptions=True)
            self.at_once[path] -= 1

    def _controlled(self, method: str, body: bytes) -> Any:
        if method == "PUT":
            told = json.loads(body)
            self.replies[told["path"]] = told["replies"]
        if method == "POST":
            self.free.set()
            self.free = asyncio.Event()
        return {"requests": self.received, "at_once": self.at_once, "most_at_once": self.most_at_once}


async def _until_gone(reader: asyncio.StreamReader) -> None:
    while not reader.at_eof():
        await asyncio.sleep(0.05)


async def _next_request(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return method, path, headers, await reader.readexactly(int(headers.get("content-length", 0)))


def _response(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Reply", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _main() -> None:
    server = await asyncio.start_server(_Server().serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
