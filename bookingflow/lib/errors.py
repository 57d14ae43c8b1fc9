"""What can go wrong in the domain. Each class has a stable code; `bookingflow.api.errors` maps class to status."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class DomainError(Exception):
    """`message` is a sentence for a person; `details` are JSON objects (which fields, which bookings)."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    default_message: ClassVar[str] = "Something went wrong."

    def __init__(self, message: str = "", details: Sequence[dict[str, Any]] = ()) -> None:
        self.message = message or self.default_message
        self.details = list(details)
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Fault:
    """One field at fault. `field` is its path as the client sends it (`customer.email`, `pricing.tiers.0.perGuest`)."""

    field: str
    message: str
    code: str = "invalid"


class InvalidRequest(DomainError):
    code = "INVALID_REQUEST"
    default_message = "The request is not valid."

    @classmethod
    def of(cls, *faults: Fault) -> "InvalidRequest":
        told = (f"{fault.field}: {fault.message}" if fault.field else fault.message for fault in faults[:3])
        summary = " ".join(sentence if sentence.endswith(".") else f"{sentence}." for sentence in told)
        details = [{"field": fault.field, "code": fault.code, "message": fault.message} for fault in faults]
        return cls(summary, details)


class Unauthorized(DomainError):
    code = "UNAUTHORIZED"
    default_message = "A valid API key is needed: Authorization: Bearer <key>."


class Forbidden(DomainError):
    code = "FORBIDDEN"


class PlanRequired(DomainError):
    code = "PLAN_REQUIRED"
    default_message = "API access needs the Business or Enterprise plan."


class NotFound(DomainError):
    code = "NOT_FOUND"
    default_message = "There is nothing here."


class BookingNotFound(NotFound):
    code = "BOOKING_NOT_FOUND"
    default_message = "There is no such booking."


class BookingTypeNotFound(NotFound):
    code = "BOOKING_TYPE_NOT_FOUND"
    default_message = "There is no such room."


class SlotNotAvailable(DomainError):
    """The time was on offer and is taken."""

    code = "SLOT_NOT_AVAILABLE"
    default_message = "Selected time slot is no longer available"


class SlotUnavailable(DomainError):
    """The time was never on offer."""

    code = "SLOT_UNAVAILABLE"
    default_message = "Selected time slot is not on offer"


class BookingStateConflict(DomainError):
    code = "BOOKING_STATE_CONFLICT"


class AlreadyExists(DomainError):
    code = "ALREADY_EXISTS"


class BlockConflict(DomainError):
    code = "BLOCK_CONFLICT"
    default_message = "There are live bookings in that time."


class IdempotencyConflict(DomainError):
    code = "IDEMPOTENCY_CONFLICT"
    default_message = "This Idempotency-Key was used for a different request."


class IdempotencyInProgress(DomainError):
    code = "IDEMPOTENCY_IN_PROGRESS"
    default_message = "The first request with this Idempotency-Key is still running."


class PreconditionFailed(DomainError):
    code = "PRECONDITION_FAILED"
    default_message = "It has changed since it was read."


class RateLimited(DomainError):
    code = "RATE_LIMITED"
    default_message = "Too many requests. Wait as long as Retry-After says."


class ServiceUnavailable(DomainError):
    code = "SERVICE_UNAVAILABLE"
    default_message = "A needed service is out of reach. Try again shortly."
