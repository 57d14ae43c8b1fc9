"""The one place where an exception becomes an answer: `{"error": {code, message, requestId, details?}}`."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.lib import errors, json

log = structlog.get_logger(__name__)

STATUS_OF: dict[type[errors.DomainError], int] = {
    errors.InvalidRequest: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.PlanRequired: 403,
    errors.NotFound: 404,
    errors.BookingNotFound: 404,
    errors.BookingTypeNotFound: 404,
    errors.SlotNotAvailable: 409,
    errors.BookingStateConflict: 409,
    errors.AlreadyExists: 409,
    errors.BlockConflict: 409,
    errors.IdempotencyConflict: 409,
    errors.IdempotencyInProgress: 409,
    errors.PreconditionFailed: 412,
    errors.SlotUnavailable: 422,
    errors.RateLimited: 429,
    errors.ServiceUnavailable: 503,
}
HEADERS_OF: dict[type[errors.DomainError], dict[str, str]] = {
    errors.Unauthorized: {"WWW-Authenticate": "Bearer"},
    errors.IdempotencyInProgress: {"Retry-After": "1"},
    errors.ServiceUnavailable: {"Retry-After": "2"},
}
FRAMEWORK_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.MethodNotAllowed: "METHOD_NOT_ALLOWED",
    exceptions.NotAcceptable: "NOT_ACCEPTABLE",
    exceptions.UnsupportedMediaType: "UNSUPPORTED_MEDIA_TYPE",
}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER."""
    return error_response(exc, request_id_of(context["request"]))


def request_id_of(request: HttpRequest | Request) -> str:
    """As the middleware gave it."""
    return str(getattr(request, "request_id", ""))


def error_response(exc: Exception, request_id: str) -> Response:
    """Any exception as an answer. What nobody foresaw is logged whole and told as INTERNAL_ERROR, no more."""
    if isinstance(exc, exceptions.APIException) and type(exc) in FRAMEWORK_CODES:
        body = envelope(FRAMEWORK_CODES[type(exc)], str(exc.detail), request_id)
        return Response(body, status=exc.status_code)
    if isinstance(exc, RequestDataTooBig):
        return Response(
            envelope("PAYLOAD_TOO_LARGE", "The body is larger than 1 MiB.", request_id), status=413
        )
    fault = domain_error(exc)
    if fault is None:
        log.error("request_failed", exc_info=exc)
        return Response(
            envelope("INTERNAL_ERROR", "Something went wrong on our side.", request_id), status=500
        )
    body = envelope(fault.code, fault.message, request_id, fault.details)
    return Response(body, status=STATUS_OF[type(fault)], headers=HEADERS_OF.get(type(fault)))


def domain_error(exc: Exception) -> errors.DomainError | None:
    """The domain's word for an exception of the framework or the database; None for a defect."""
    match exc:
        case errors.DomainError():
            return exc
        case exceptions.ValidationError():
            return errors.InvalidRequest.of(*flattened(exc.detail))
        case exceptions.ParseError() | SuspiciousOperation():
            return errors.InvalidRequest("The request could not be read.")
        case Http404() | exceptions.NotFound():
            return errors.NotFound()
        case PermissionDenied() | exceptions.PermissionDenied():
            return errors.Forbidden("This is not allowed.")
        case OperationalError() | InterfaceError():
            log.warning("database_out_of_reach", error=type(exc.__cause__ or exc).__name__)
            return errors.ServiceUnavailable()
    return None


def flattened(detail: Any, path: str = "") -> list[errors.Fault]:
    """DRF's nested validation errors as a flat list, each with its whole path."""
    return list(_faults(detail, path))


def _faults(detail: Any, path: str) -> Iterator[errors.Fault]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _faults(inner, path if name == "non_field_errors" else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        for number, inner in enumerate(detail):
            if inner:
                yield from _faults(inner, f"{path}.{number}".lstrip("."))
    else:
        for item in detail if isinstance(detail, list) else [detail]:
            yield errors.Fault(path, str(item), getattr(item, "code", "invalid"))


def envelope(code: str, message: str, request_id: str, details: Any = None) -> dict[str, Any]:
    error = {"code": code, "message": message, "requestId": request_id}
    return {"error": error | {"details": details} if details else error}


# What never reaches a DRF view


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, 404, "NOT_FOUND", "There is nothing here.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, 400, "INVALID_REQUEST", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, 403, "FORBIDDEN", "This is not allowed.")


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    response = _plain(request, 405, "METHOD_NOT_ALLOWED", f'Method "{request.method}" not allowed.')
    response["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return _plain(request, 500, "INTERNAL_ERROR", "Something went wrong on our side.")


def refusal(request: HttpRequest, fault: errors.DomainError) -> HttpResponse:
    """Before any view: what `error_response` is in one."""
    return _plain(request, STATUS_OF[type(fault)], fault.code, fault.message)


def _plain(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    request_id = request_id_of(request)
    if request.path.startswith("/api/"):
        body = json.dumps(envelope(code, message, request_id))
        return HttpResponse(body, status=status, content_type="application/json")
    return HttpResponse(f"{message}\n", status=status, content_type="text/plain; charset=utf-8")
