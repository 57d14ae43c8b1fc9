"""How many requests an endpoint may have under way at once: few at first, more while it answers. Pure.

So an endpoint that hangs holds one or two of the worker's places, not as many as its backlog would fill.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

AT_FIRST = 2
AT_MOST = 8
SLOW_SECONDS = 1.0


class Pace:
    """What one drain has seen of the endpoints."""

    def __init__(self) -> None:
        self._allowed: dict[UUID, int] = {}
        self._failing: set[UUID] = set()

    def answered(self, endpoint_id: UUID, *, well: bool) -> None:
        if well:
            self._failing.discard(endpoint_id)
            self._allowed[endpoint_id] = min(AT_MOST, 2 * self._allowed.get(endpoint_id, AT_FIRST))
        else:
            self._failing.add(endpoint_id)
            self._allowed[endpoint_id] = 1

    def allowances(
        self, under_way: Iterable[tuple[UUID, float]], *, winding_down: bool = False
    ) -> Mapping[UUID, int]:
        """By endpoint, of those that differ from AT_FIRST. `under_way`: endpoint and age in seconds of each request.

        One that keeps a request waiting gets no second one; when winding down, nor does it or one that fails get any.
        """
        slow = {endpoint_id for endpoint_id, seconds in under_way if seconds > SLOW_SECONDS}
        allowed = self._allowed | dict.fromkeys(slow, 1)
        return allowed | dict.fromkeys(slow | self._failing, 0) if winding_down else allowed
