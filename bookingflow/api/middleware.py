"""What happens to every request before a view sees it."""

import re
import uuid
from collections.abc import Callable
from io import BytesIO

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

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
