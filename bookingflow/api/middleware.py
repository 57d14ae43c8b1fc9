"""What happens to every request before a view sees it."""

import re
import uuid
from collections.abc import Callable

import structlog
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
        if path.startswith("/v1/"):
            path = f"/api{path}"
        if path.startswith("/api/"):
            path = path.removesuffix("/") or path
            request.path = request.path_info = path
        return get_response(request)

    return middleware
