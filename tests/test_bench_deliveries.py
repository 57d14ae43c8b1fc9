"""The benchmark of deliveries, a second of each scenario: it says what it should, and leaves nothing behind."""

import pytest

from tests.processes import another_connection, one_document, run_manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_every_scenario_is_measured_and_the_scratch_database_is_gone() -> None:
    done = run_manage("bench", "--webhooks", "--quick", "--json", timeout=280)
    assert done.returncode == 0, done.stderr
    runs = one_document(done.stdout)["deliveries"]
    assert [run["deliveries"] for run in runs] == [16, 400, 320, 400]
    assert all(run["per_second"] > 0 for run in runs)
    with another_connection() as server:
        assert not server.execute("SELECT 1 FROM pg_database WHERE datname LIKE 'bench_%'").fetchall()
