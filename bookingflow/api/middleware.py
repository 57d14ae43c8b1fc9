"""What happens to every request before a view sees it."""

import re
import uuid
from collections.abc import Callable
from io import BytesIO

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from bookingflow.api.authentication import key_behind
from bookingflow.api.errors import refusal
from bookingflow.api.limits import count_call
from bookingflow.lib.client_addresses import client_address, limited_as
from bookingflow.lib.errors import RateLimited
from bookingflow.organizations.models import ApiKey

GetResponse = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}\Z")


def request_id(get_response: GetResponse) -> GetResponse:
    """The client's `X-Request-Id`, or a new one: in the logs, in the error envelope, in the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-Id", "")
        request.request_id = sent if _REQUEST_ID.match(sent) else uuid.uuid4().hex  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request.request_id):  # type: ignore[attr-defined]
            response = get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


def api_paths(get_response: GetResponse) -> GetResponse:
    """`/v1/…` is `/api/v1/…`, and one trailing slash is as good as none: never redirected."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if f"{path}/".startswith("/v1/"):
            path = f"/api{path}"
        if f"{path}/".startswith("/api/"):
            path = path.removesuffix("/")
            request.path = request.path_info = path if path != "/api" else "/api/"
        return get_response(request)

    return middleware


def unread_bodies(get_response: GetResponse) -> GetResponse:
    """Where a body was refused unread the server cuts the connection: the client is told not to send its next request
    there, which would be lost."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        has_body = request.META.get("CONTENT_LENGTH") or request.META.get("HTTP_TRANSFER_ENCODING")
        if has_body not in (None, "", "0") and not request._read_started:  # type: ignore[attr-defined]
            response["Connection"] = "close"
        return response

    return middleware


def rate_limits(get_response: GetResponse) -> GetResponse:
    """Counts each call of the API, before any work, against its key's limit and its address's; a bad key has none.

    `headers_always` of a view are on its refusals too.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        key = key_behind(request)
        key_id = key.id if isinstance(key, ApiKey) else None
        verdict = count_call(key_id=key_id, address=limited_as(address_of(request)))
        response = get_response(request) if verdict.passes else _too_many(request)
        for name, value in verdict.headers.items():
            response[name] = value
        return response

    return middleware


def address_of(request: HttpRequest) -> str:
    """The client's, as far as it can be known."""
    return client_address(
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=settings.TRUSTED_PROXIES,
    )


def _too_many(request: HttpRequest) -> HttpResponse:
    response = refusal(request, RateLimited())
    view = getattr(resolve(request.path_info).func, "cls", None)
    for name, value in getattr(view, "headers_always", {}).items():
        response[name] = value
    return response


def chunked_bodies(get_response: GetResponse) -> GetResponse:
    """A body sent in chunks comes without its length, which Django takes for none at all: read it, and say its length.

    One byte more than is allowed is read, so that the limit is found to be passed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            body = request.environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)  # type: ignore[attr-defined]
            request.META["CONTENT_LENGTH"] = str(len(body))
            request._stream = BytesIO(body)
        return get_response(request)

    return middleware
