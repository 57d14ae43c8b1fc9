from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bookings.lifecycle import FOLLOWS, Status, effective_status, may_follow

ALLOWED = {
    ("pending", "confirmed"),
    ("pending", "canceled"),
    ("pending", "expired"),
    ("confirmed", "completed"),
    ("confirmed", "no_show"),
    ("confirmed", "canceled"),
    ("expired", "confirmed"),
}
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("old", "new"), list(product(Status, Status)))
def test_every_pair_of_states_is_allowed_or_refused_as_listed(old: Status, new: Status) -> None:
    assert may_follow(old, new) is ((old.value, new.value) in ALLOWED)


def test_every_state_has_its_row() -> None:
    assert set(FOLLOWS) == set(Status)


@pytest.mark.parametrize("final", [Status.COMPLETED, Status.NO_SHOW, Status.CANCELED])
def test_nothing_follows_an_end(final: Status) -> None:
    assert FOLLOWS[final] == frozenset()


@pytest.mark.parametrize(
    ("seconds_left", "reads"),
    [(1, Status.PENDING), (0, Status.EXPIRED), (-1, Status.EXPIRED)],
)
def test_a_hold_reads_expired_from_the_instant_that_it_runs_out(seconds_left: int, reads: Status) -> None:
    assert effective_status(Status.PENDING, NOW + timedelta(seconds=seconds_left), NOW) is reads


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PENDING])
def test_only_a_hold_runs_out(status: Status) -> None:
    assert effective_status(status, NOW - timedelta(days=1), NOW) is status


def test_a_stored_string_is_read_as_its_state() -> None:
    assert effective_status("pending", NOW, NOW) is Status.EXPIRED  # type: ignore[arg-type]
    assert effective_status("confirmed", None, NOW) is Status.CONFIRMED  # type: ignore[arg-type]
