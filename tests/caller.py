"""Calls the API as an integrator does: over the whole stack of middleware, with a key."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.answers import check_answer


class Caller:
    """`caller.post("/api/v1/rooms", {…}, key="once")` sends JSON with the API key and an Idempotency-Key."""

    def __init__(self, api_key: str | None = None) -> None:
        # Django's test client lets pass by itself what the real one would stop for want of a CSRF token.
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.api_key = api_key

    def get(self, path: str, **query: Any) -> HttpResponse:
        return checked("GET", path, self.client.get(path, query or None, headers=self._headers()))

    def post(self, path: str, body: Any = None, **more: Any) -> HttpResponse:
        return self.send("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> HttpResponse:
        return self.send("PUT", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> HttpResponse:
        return self.send("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> HttpResponse:
        return self.send("DELETE", path, **more)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> HttpResponse:
        """`body`: bytes go as they are, all else as JSON."""
        sent = (
            body
            if isinstance(body, bytes)
            else b""
            if body is None
            else json.dumps(body, default=str).encode()
        )
        all_headers = {
            **self._headers(),
            **({"Idempotency-Key": key} if key is not None else {}),
            **(headers or {}),
        }
        answer = self.client.generic(method, path, sent, content_type, headers=all_headers)
        return checked(method, path, answer)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}


def checked(method: str, path: str, answer: HttpResponse) -> HttpResponse:
    """Every answer is as the OpenAPI document says."""
    check_answer(method, path, answer)
    return answer


def error_of(response: HttpResponse, status: int) -> dict[str, Any]:
    """The envelope's inside, after checking the status and that it is whole."""
    assert response.status_code == status, response.content
    body = json.loads(response.content)
    error: dict[str, Any] = body["error"]
    assert set(body) == {"error"}
    assert error["requestId"] == response["X-Request-Id"]
    assert error["message"].strip()
    return error
