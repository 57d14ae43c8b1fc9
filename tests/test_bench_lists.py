"""The benchmark of lists, at a thousand bookings: every list is measured, and nothing is left behind."""

import pytest

from bookings.queries import ORDERINGS
from tests.processes import another_connection, one_document, run_manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_every_list_is_measured_in_every_ordering_and_the_scratch_database_is_gone() -> None:
    done = run_manage("bench", "--lists", "--quick", "--json", timeout=280)
    assert done.returncode == 0, done.stderr
    runs = one_document(done.stdout)["lists"]
    assert {run["ordering"] for run in runs if run["asked"] == "nothing"} == set(ORDERINGS)
    assert {run["bookings"] for run in runs} == {1_000}
    assert all(run["rows"] == 51 for run in runs if run["asked"] == "nothing")
    with another_connection() as server:
        assert not server.execute("SELECT 1 FROM pg_database WHERE datname LIKE 'bench_%'").fetchall()
