"""Asks until there is an answer, always under one Idempotency-Key, and writes each attempt down."""

import http.client
import json
import random
import time
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Longer than an answer may take, so that one that takes too long is seen as such.
PATIENCE_SECONDS = 20.0
GIVES_UP_AFTER_SECONDS = 90.0
KEPT_HEADERS = ("Retry-After", "Idempotent-Replayed", "Content-Type")


class Record:
    """JSON lines, each there before the next step is taken."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    def write(self, **line: Any) -> None:
        self._file.write(json.dumps(line) + "\n")


class Asking:
    def __init__(self, url: str, api_key: str, record: Record, client: str) -> None:
        self._address = urlsplit(url).netloc
        self._api_key = api_key
        self._record = record
        self._client = client
        self._numbers = count(1)

    def next_name(self) -> str:
        return f"{self._client}-{next(self._numbers)}"

    def ask(self, method: str, path: str, body: Any, facts: Any, *, name: str) -> tuple[int, Any] | None:
        """Its final answer. None where there was none for so long that it gave up."""
        self._record.write(kind="asked", name=name, at=time.time(), method=method, path=path, **facts)
        deadline = time.monotonic() + GIVES_UP_AFTER_SECONDS
        while time.monotonic() < deadline:
            answer = self._attempt(method, path, body, name)
            if answer and is_final(*answer):
                return answer
            time.sleep(random.uniform(0.1, 0.6))
        return None

    def repeat(self, method: str, path: str, body: Any, facts: Any, *, name: str) -> None:
        """Once more what was answered, as a client does whose first answer got lost later."""
        self._attempt(method, path, body, name)

    def _attempt(self, method: str, path: str, body: Any, name: str) -> tuple[int, Any] | None:
        began, at = time.monotonic(), time.time()
        try:
            status, headers, text = self._exchange(method, path, body, name)
        except (OSError, http.client.HTTPException) as fault:
            took = time.monotonic() - began
            self._record.write(kind="broken", name=name, at=at, seconds=took, fault=repr(fault))
            return None
        answer = _read(text)
        self._record.write(
            kind="answered", name=name, at=at, seconds=time.monotonic() - began, status=status, headers=headers,
            body=answer,
        )  # fmt: skip
        return status, answer

    def _exchange(self, method: str, path: str, body: Any, name: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self._address, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {self._api_key}", "Connection": "close"}
        if method != "GET":
            headers |= {"Idempotency-Key": name, "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            kept = {name.lower(): answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
            return answer.status, kept, text
        finally:
            connection.close()


def is_final(status: int, body: Any) -> bool:
    """Not one after which the same request is to be sent again."""
    if status >= 500 or status == 429:
        return False
    code = body.get("error", {}).get("code") if isinstance(body, dict) else None
    return code != "IDEMPOTENCY_IN_PROGRESS"


def _read(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode(errors="replace")[:500]
