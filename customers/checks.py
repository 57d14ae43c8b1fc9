"""What must always hold of customers: this app's part of `manage.py doctor`."""

from bookingflow.lib.checks import Check, CheckResult
from webhooks import sequence_check


def sequences_are_those_of_the_newest_events() -> CheckResult:
    return sequence_check.sequences_are_those_of_the_newest_events(
        "customers_customer",
        "customer",
        said="every customer's sequence is that of their newest event",
        what="customers whose newest event is missing or not their own",
    )


CHECKS: list[Check] = [sequences_are_those_of_the_newest_events]
