"""Ids as they stand in paths, query strings and bodies."""

import re
from uuid import UUID

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_uuid(text: str) -> UUID | None:
    """In its usual form alone, in any case: `uuid.UUID()` also reads braces, a `urn:` and the digits of any script."""
    return UUID(text) if _UUID.fullmatch(text) else None
