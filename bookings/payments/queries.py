"""Questions about payments and refunds."""

from django.db.models import Exists, OuterRef, QuerySet

from bookings.payments.models import COUNTING, Refund, RefundStatus


def refunds_to_see_to() -> QuerySet[Refund]:
    """Those that failed, unless another of the same booking was asked for since."""
    since = Refund.objects.filter(
        payment__booking=OuterRef("payment__booking"),
        created_at__gt=OuterRef("created_at"),
        status__in=COUNTING,
    )
    return Refund.objects.filter(~Exists(since), status=RefundStatus.FAILED)
