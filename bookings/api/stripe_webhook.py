"""`POST /webhooks/stripe`: where Stripe tells what became of payments and refunds. Signed, so it needs no key."""

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bookings.payments import inbound, stripe

RETRY_AFTER = {"Retry-After": "10"}

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Anything but 2xx makes Stripe tell it again, for three days."""
    signature = request.headers.get("Stripe-Signature", "")
    event = stripe.verified_event(request.body, signature, settings.STRIPE_WEBHOOK_SECRETS)
    if event is None or not {"id", "type", "data"} <= event.keys():
        log.warning("stripe_event_refused")
        return JsonResponse({"received": False, "error": "The signature does not hold."}, status=400)
    try:
        inbound.take_in(event)
    except inbound.NotUnderstood:
        log.exception("stripe_event_not_understood")
        return JsonResponse({"received": False, "error": "This is no event of Stripe's."}, status=400)
    except (stripe.StripeProblem, OperationalError, InterfaceError) as fault:
        log.warning("stripe_event_put_off", id=event["id"], error=type(fault).__name__)
        return JsonResponse({"received": False}, status=503, headers=RETRY_AFTER)
    return JsonResponse({"received": True})
