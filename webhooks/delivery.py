"""The drain: places new events, claims what is due, sends it, records what came back, until nothing is left.

Any number of drains may run at once, and any may be killed at any point: what they hold is a lease that runs out.
No transaction is open while something is sent.
"""

import time
from uuid import UUID

from django.conf import settings

from webhooks.claims import Parcel, claim_for_consumers, claim_for_endpoints, give_back
from webhooks.courier import CONSUMERS_AT_ONCE, Courier
from webhooks.fanout import place_events
from webhooks.pace import SLOW_SECONDS, Pace
from webhooks.results import record_results
from webhooks.sending_again import continue_replays

PLACES = 300
# Requests that have been waiting for over a second have places of their own: they cost next to nothing.
PLACES_FOR_SLOW = 600
# So one organization's hanging endpoints leave half of the places to the others.
SHARE = 2
RUN_SECONDS = 30.0
# How soon what is new gets noticed while something is under way and nothing comes back.
TICK_SECONDS = 0.1


# Deliveries and leases of drains in this process that broke off (the database went away): nobody sends them any more,
# and their endpoints' places are taken until the leases run out or the next drain gives them back.
_left_behind: dict[UUID, UUID] = {}


def drain(*, run_seconds: float = RUN_SECONDS) -> bool:
    """False where it stopped for time. It ends within `run_seconds` and twice the time that an attempt may take."""
    _take_back()
    with Courier() as courier:
        work = _Drain(courier, run_seconds)
        try:
            return work.run()
        except BaseException:
            _left_behind.update(work.held)
            raise


def _take_back() -> None:
    left = dict(_left_behind)
    if left:
        give_back(left)
    for delivery_id in left:
        _left_behind.pop(delivery_id, None)


class _Drain:
    def __init__(self, courier: Courier, run_seconds: float) -> None:
        self.held: dict[UUID, UUID] = {}
        self._courier = courier
        self._pace = Pace()
        # From the first instant on it serves only endpoints that answer soon, until those that hang are through;
        # from the second on it takes nothing new. So no endpoint waits for another's at the end of a run.
        self._winding_down_at = time.monotonic() + run_seconds
        self._closing_at = self._winding_down_at + settings.WEBHOOK_TIMEOUT
        self._leaving_at = self._closing_at + settings.WEBHOOK_TIMEOUT

    def run(self) -> bool:
        while time.monotonic() < self._leaving_at:
            found = self._take_on()
            if self._courier.idle:
                if found:
                    continue
                return time.monotonic() < self._winding_down_at
            self._settle()
        return False

    def _take_on(self) -> bool:
        """Whether there was anything new."""
        if time.monotonic() >= self._closing_at:
            return False
        found = place_events() + continue_replays()
        parcels = [*self._for_endpoints(), *self._for_consumers()]
        for parcel in parcels:
            self.held[parcel.delivery_id] = parcel.lease
            self._courier.send(parcel)
        return bool(found or parcels)

    def _for_endpoints(self) -> list[Parcel]:
        under_way = self._courier.to_endpoints()
        slow = sum(seconds > SLOW_SECONDS for _, seconds in under_way)
        places = min(PLACES - (len(under_way) - slow), PLACES + PLACES_FOR_SLOW - len(under_way))
        if places <= 0:
            return []
        winding_down = time.monotonic() >= self._winding_down_at
        allowances = self._pace.allowances(under_way, winding_down=winding_down)
        return claim_for_endpoints(
            places=places,
            per_organization=PLACES // SHARE,
            slow_per_organization=PLACES_FOR_SLOW // SHARE,
            allowances=allowances,
        )

    def _for_consumers(self) -> list[Parcel]:
        places = CONSUMERS_AT_ONCE - self._courier.to_consumers()
        return claim_for_consumers(places=places) if places else []

    def _settle(self) -> None:
        results = self._courier.results(wait_seconds=TICK_SECONDS)
        if not results:
            return
        for result in results:
            if result.parcel.endpoint_id:
                self._pace.answered(result.parcel.endpoint_id, well=result.delivered)
        record_results(results)
        for result in results:
            self.held.pop(result.parcel.delivery_id, None)
