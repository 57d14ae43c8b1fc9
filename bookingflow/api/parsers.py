"""Request bodies."""

from typing import Any

from rest_framework.parsers import BaseParser

from bookingflow.lib import json
from bookingflow.lib.errors import Fault, InvalidRequest

# Far beyond any body of ours, and far below what recursion over a body can bear.
MAX_DEPTH = 32


class JSONParser(BaseParser):
    """A JSON object of at most 1 MiB; text that the database can't hold (NUL) is refused here, for every field."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        body = stream.body if hasattr(stream, "body") else stream.read()
        if not body.strip():
            return {}
        try:
            value = json.loads(body)
        except json.JSONDecodeError as fault:
            raise InvalidRequest.of(
                Fault("", f"The body is not valid JSON: {fault.msg}.", "malformed")
            ) from None
        if not isinstance(value, dict):
            raise InvalidRequest.of(Fault("", "The body must be a JSON object."))
        if _is_deeper(value, MAX_DEPTH):
            raise InvalidRequest.of(Fault("", f"The body is nested deeper than {MAX_DEPTH} levels.", "depth"))
        if b"\\u0000" in body:
            faults = [Fault(path, "NUL characters are not allowed.") for path in _paths_with_nul(value, "")]
            if faults:
                raise InvalidRequest.of(*faults)
        return value


def _is_deeper(value: Any, most: int) -> bool:
    """Level by level: recursion is what this guards."""
    level = [value]
    for _ in range(most):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
    return bool(level)


def _paths_with_nul(value: Any, path: str) -> list[str]:
    if isinstance(value, str):
        return [path] if "\x00" in value else []
    if isinstance(value, dict):
        inner = [
            found
            for key, item in value.items()
            for found in _paths_with_nul(item, f"{path}.{key}".strip("."))
        ]
        return ([path] if any("\x00" in key for key in value) else []) + inner
    if isinstance(value, list):
        return [
            found for n, item in enumerate(value) for found in _paths_with_nul(item, f"{path}.{n}".strip("."))
        ]
    return []
