"""What an API key may do: `<resource>:read` or `<resource>:write`, where writing includes reading."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

RESOURCES: Final = ("bookings", "rooms", "schedules", "customers", "webhooks")
SCOPES: Final = tuple(f"{resource}:{access}" for resource in RESOURCES for access in ("read", "write"))
PRESETS: Final[Mapping[str, tuple[str, ...]]] = {
    "read-only": tuple(f"{resource}:read" for resource in RESOURCES),
    "read-write": tuple(f"{resource}:write" for resource in RESOURCES),
}


def covers(granted: Collection[str], needed: str) -> bool:
    """Raises ValueError where `needed` is no scope: a slip in the code that must not pass for a refusal."""
    if needed not in SCOPES:
        raise ValueError(f"{needed!r} is no scope")
    resource, _, access = needed.partition(":")
    return needed in granted or (access == "read" and f"{resource}:write" in granted)


def scopes_fault(scopes: Iterable[str]) -> str | None:
    """Why a key can't be given these, as a sentence, or None where it can."""
    wanted = list(scopes)
    unknown = sorted({f"“{scope}”" for scope in wanted if scope not in SCOPES})
    if unknown:
        return f"There is no scope {', '.join(unknown)}. Known are {', '.join(SCOPES)}."
    return None if wanted else "A key needs at least one scope."


def in_order(scopes: Iterable[str]) -> list[str]:
    """Each once, in the order of `SCOPES`."""
    wanted = set(scopes)
    return [scope for scope in SCOPES if scope in wanted]
