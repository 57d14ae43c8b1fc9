"""Names, emails, telephone numbers and free text stand where they belong, and never in the audit."""

import json
from typing import Any

import pytest

from bookingflow.organizations.models import AuditEntry
from bookings import services
from customers.services import create_customer, update_customer
from tests.bookings.stage import by, priced_room, stand_at
from tests.builders import make_booking, make_room, slot

pytestmark = pytest.mark.django_db

MARK = "zebra"
ADA: Any = {"name": f"Ada {MARK}", "email": f"ada.{MARK}@example.com", "phone": f"1{MARK}"}
BOB: Any = {"name": f"Bob {MARK}", "email": f"bob.{MARK}@example.com", "phone": f"2{MARK}"}
TEXTS: Any = {"notes": f"Likes the {MARK}", "metadata": {MARK: MARK}}


def test_no_use_case_writes_it_into_the_audit() -> None:
    booking = make_booking(make_room(durations=[60]), customer=ADA, **TEXTS)
    who = {"organization": booking.organization, "actor": by(booking)["actor"]}
    services.change_booking(**by(booking), customer={"name": f"A. {MARK}", "phone": f"3{MARK}"}, notes=MARK)
    services.change_booking(**by(booking), customer=BOB, metadata={MARK: "1"})
    new = services.reschedule_booking(**by(booking), start=slot(12), end=slot(13))
    services.cancel_booking(**by(new), reason=f"Fear of the {MARK}")
    customer = create_customer(**who, name=MARK, email=f"{MARK}@example.com", phone=MARK, **TEXTS)
    update_customer(**who, customer_id=customer.pk, name=f"{MARK} 2", notes=f"{MARK} 2")
    hold = make_booking(priced_room(), hold=True, customer=ADA, **TEXTS)
    assert hold.hold_expires_at is not None
    stand_at(hold.hold_expires_at)
    services.expire_holds()
    rows = list(AuditEntry.objects.values())
    assert len({row["action"] for row in rows if row["subject_type"] in {"booking", "customer"}}) == 8
    assert MARK not in json.dumps(rows, default=str)
