"""What beat does, by hand: refunds tried again, Stripe asked, holds expired, accounts named."""

from typing import Any

import pytest

from bookingflow.organizations.models import AuditEntry, Organization
from bookings.models import Booking
from tests.bookings.stage import again
from tests.caller import Caller
from tests.processes import one_document, run_manage
from tests.stripe.stage import events_of, figures, hold, intent_of, paid, room_of, seen
from tests.stripe.standin import StandIn, environment

pytestmark = pytest.mark.django_db(transaction=True)


def run(stripe: StandIn, *arguments: str) -> tuple[int, Any]:
    done = run_manage(*arguments, "--json", **environment(stripe), timeout=120)
    return done.returncode, one_document(done.stdout)


def found(**figures: int) -> tuple[int, dict[str, int]]:
    nothing = {"asked": 0, "changed": 0, "failed": 0, "missed": 0, "accountsFailed": 0}
    return 0, nothing | figures


def test_reconcile_payments_finds_what_no_webhook_told(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    shown = hold(caller, room_of(organization))
    stripe.pay(intent_of(shown))
    assert run(stripe, "reconcile_payments") == found(asked=1, changed=1)
    assert seen(caller, shown)["status"] == "confirmed"
    assert events_of(shown) == ["payment.succeeded", "booking.created"]
    assert run(stripe, "reconcile_payments") == found()


def test_with_since_it_finds_refunds_of_the_dashboard_too(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    shown = paid(caller, room_of(organization), stripe)
    stripe.refund(intent_of(shown), 2000)
    assert run(stripe, "reconcile_payments", "--since", "2026-01-01T00:00:00Z") == found(asked=1, changed=1)
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)


def test_out_of_reach_it_says_so(organization: Organization, caller: Caller, stripe: StandIn) -> None:
    hold(caller, room_of(organization))
    stripe.mood(fail=9, only="/v1/")
    assert run(stripe, "reconcile_payments") == (1, found(asked=1, failed=1)[1])


def test_retry_refunds_does_not_wait(organization: Organization, caller: Caller, stripe: StandIn) -> None:
    shown = paid(caller, room_of(organization), stripe)
    caller.delete(f"/api/v1/bookings/{shown['id']}")
    stripe.mood(fail=9, only="/v1/")
    nothing = {"succeeded": 0, "pending": 0, "failed": 0, "waiting": 0}
    assert run(stripe, "retry_refunds") == (1, {**nothing, "waiting": 1})
    stripe.mood()
    assert run(stripe, "retry_refunds") == (0, {**nothing, "succeeded": 1})
    assert run(stripe, "retry_refunds") == (0, nothing)
    assert seen(caller, shown)["refund"]["status"] == "succeeded"


def test_expire_holds(organization: Organization, caller: Caller, stripe: StandIn) -> None:
    shown = hold(caller, room_of(organization))
    Booking.objects.filter(pk=shown["id"]).update(hold_expires_at="2026-01-01T00:00:00Z")
    assert run(stripe, "expire_holds") == (0, {"expired": 1})
    assert again(Booking.objects.get()).status == "expired"


def test_set_stripe_account(organization: Organization, stripe: StandIn) -> None:
    known = {"id": str(organization.pk), "slug": "north-pier"}
    answer = run(stripe, "set_stripe_account", "north-pier", "acct_1PgafTB7")
    assert answer == (0, {**known, "stripeAccount": "acct_1PgafTB7"})
    assert Organization.objects.get(pk=organization.pk).stripe_account == "acct_1PgafTB7"
    assert AuditEntry.objects.filter(action="organization.stripe_account_changed").exists()
    assert run(stripe, "set_stripe_account", "north-pier", "none") == (0, {**known, "stripeAccount": None})
    assert run(stripe, "set_stripe_account", "north-pier", "pi_1")[0] == 1
    assert run(stripe, "set_stripe_account", "south-pier", "none")[0] == 1


@pytest.mark.parametrize(
    "command", ["reconcile_payments", "retry_refunds", "expire_holds", "set_stripe_account"]
)
def test_each_explains_itself_and_refuses_misuse(command: str, db: None) -> None:
    assert run_manage(command, "--help").returncode == 0
    assert run_manage(command, "--nonsense").returncode == 2
