"""`manage.py replay_webhooks`."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bookingflow.lib import clock
from bookingflow.organizations.models import AuditEntry, Organization
from tests.builders import make_endpoint, make_event
from tests.processes import one_document, run_manage
from tests.receiver import Receiver
from webhooks.delivery import drain

pytestmark = pytest.mark.django_db(transaction=True)


def since(**ago: int) -> str:
    return (clock.now() - timedelta(**ago)).isoformat()


def test_it_has_the_worker_send_all_of_it_once_more(organization: Organization, receiver: Receiver) -> None:
    endpoint, _ = make_endpoint(organization, url=receiver.url("/hooks"))
    events = [make_event(organization) for _ in range(2)]
    drain()
    done = run_manage("replay_webhooks", "--endpoint", str(endpoint.pk), "--since", since(hours=1), "--json")
    assert (done.returncode, one_document(done.stdout)) == (0, {"events": 2}), done.stderr
    drain()
    sent = [request.headers["webhook-id"] for request in receiver.requests()]
    assert sorted(sent) == sorted(event.public_id for event in events * 2)
    assert AuditEntry.objects.filter(action="endpoint.replayed").count() == 1


def test_it_says_in_words_what_it_does(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization)
    done = run_manage("replay_webhooks", f"--endpoint={endpoint.pk}", f"--since={since(hours=1)}")
    assert (done.returncode, done.stdout) == (0, "0 events will be sent once more, by the worker.\n")


def test_what_is_not_there_fails_and_what_is_misspelt_is_misused() -> None:
    unknown = run_manage("replay_webhooks", f"--endpoint={uuid4()}", f"--since={since(hours=1)}", "--json")
    assert (unknown.returncode, one_document(unknown.stdout)["error"]["code"]) == (1, "NOT_FOUND")
    for arguments in (
        ["--endpoint=x", f"--since={since(hours=1)}"],
        [f"--endpoint={uuid4()}", "--since=yesterday"],
        [f"--endpoint={uuid4()}", "--since=2026-12-01T12:00:00"],
        [f"--endpoint={uuid4()}"],
    ):
        misused = run_manage("replay_webhooks", *arguments)
        assert (misused.returncode, misused.stdout) == (2, "")
        assert "--since" in misused.stderr or "--endpoint" in misused.stderr
