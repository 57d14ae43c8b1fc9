"""Messages that were written as files, as Django's file backend writes them: several in one, a line between."""

import os
from email import message_from_bytes
from pathlib import Path

_BETWEEN = b"-" * 79 + b"\n"


def forget_messages(folder: Path, address: str) -> int:
    """Takes out every message in which this address stands; gives how many. A file is replaced as a whole."""
    return sum(_forget_in(path, address.lower().encode()) for path in sorted(folder.glob("*.log")))


def _forget_in(path: Path, address: bytes) -> int:
    messages = [part for part in path.read_bytes().split(_BETWEEN) if part.strip()]
    kept = [part for part in messages if not _mentions(part, address)]
    if len(kept) == len(messages):
        return 0
    if not kept:
        path.unlink()
        return len(messages)
    beside = path.with_suffix(".part")
    beside.write_bytes(b"".join(part + _BETWEEN for part in kept))
    os.replace(beside, path)
    return len(messages) - len(kept)


def _mentions(message: bytes, address: bytes) -> bool:
    if address in message.lower():
        return True
    parts = (part.get_payload(decode=True) for part in message_from_bytes(message.lstrip()).walk())
    return any(isinstance(part, bytes) and address in part.lower() for part in parts)
