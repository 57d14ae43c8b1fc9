"""Rates as settings write them: `600/minute`."""

import re
from typing import NamedTuple

SECONDS_OF = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"(\d{1,9})/(second|minute|hour|day)\Z")


class Rate(NamedTuple):
    limit: int
    window_seconds: int


def parse_rate(text: str) -> Rate:
    """Raises ValueError with a sentence."""
    found = _RATE.match(text.strip())
    if found is None or int(found[1]) < 1:
        raise ValueError(f"a rate reads like 600/minute, not {text!r}")
    return Rate(int(found[1]), SECONDS_OF[found[2]])
