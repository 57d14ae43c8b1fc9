"""The whole benchmark, in its quick form: every figure is there, nothing failed, and nothing is left behind."""

import pytest

from benchmarks.report import markdown
from tests.processes import another_connection, one_document, run_manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


def test_floors_and_subjects_are_measured_and_the_scratch_databases_are_gone() -> None:
    done = run_manage("bench", "--quick", "--json", timeout=880)
    assert done.returncode == 0, done.stderr
    told = one_document(done.stdout)
    runs = [*told["reads"], *told["bookings"][0]]
    assert len(runs) == 9
    assert all(run["requests"] and not run["failed"] and run["of_floor"] for run in runs)
    assert (told["race"]["won"], told["race"]["lost"], told["race"]["failed"]) == (1, 49, 0)
    assert told["database"]["pgbench_ms"] > 0
    assert len(told["growth"]) == 19
    assert len(told["processes"]["webMiB"]) == told["processes"]["webWorkers"]
    assert "slots of 30 days, cold" in markdown(told)
    with another_connection() as server:
        assert not server.execute("SELECT 1 FROM pg_database WHERE datname LIKE 'bench_%'").fetchall()
