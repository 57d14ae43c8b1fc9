"""Stands between the product and localstripe, and makes it behave as Stripe does: run as a process of its own.

Parameters that localstripe doesn't know are dropped; an `Idempotency-Key` gives the first answer again, and refuses
another request; refunds never exceed the charge; `POST /-/events` keeps an event that is listed from then on. By
`POST /-/mood` it is slow, fails, or does what it is asked and loses the answer. `GET /-/calls` tells what was
asked of it.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import ClientSession, web

KNOWN = {
    "/v1/payment_intents": {"amount", "currency", "customer", "payment_method", "metadata", "capture_method"},
    "/v1/refunds": {"charge", "payment_intent", "amount", "metadata"},
}


class Proxy:
    def __init__(self, target: str) -> None:
        self.target = target
        self.kept: dict[str, tuple[str, int, bytes]] = {}
        self.calls: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.moods: dict[str, Any] = {}
        self.let_go = asyncio.Event()

    async def mood(self, request: web.Request) -> web.Response:
        """`{"fail": 2}`: the next two calls that change something; `{"slow": 0.5}`: each, by so many seconds;
        `{"only": "/v1/refunds"}`: on this path alone."""
        self.moods = await request.json()
        if "hold" not in self.moods:
            self.let_go.set()
            self.let_go = asyncio.Event()
        return web.json_response(self.moods)

    async def told(self, request: web.Request) -> web.Response:
        return web.json_response(self.calls)

    async def keep(self, request: web.Request) -> web.Response:
        self.events.insert(0, await request.json())
        return web.json_response({})

    async def listed(self, request: web.Request) -> web.Response:
        """The newest first, of one account. A page of them is all."""
        kind, since = request.query["type"].removesuffix("*"), int(request.query["created[gte]"])
        account = request.headers.get("Stripe-Account", "")
        data = [
            {name: value for name, value in each.items() if name != "account"}
            for each in self.events
            if each["type"].startswith(kind)
            and each["created"] >= since
            and each.get("account", "") == account
        ]
        return web.json_response({"object": "list", "url": "/v1/events", "has_more": False, "data": data})

    async def forward(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        call = {
            "method": request.method,
            "path": request.path,
            "sent": dict(parse_qsl(body)),
            "key": key,
            "account": request.headers.get("Stripe-Account"),
            "version": request.headers.get("Stripe-Version"),
        }
        self.calls.append(call)
        await asyncio.sleep(self.moods.get("slow", 0))
        if self._strikes("fail", request):
            return error(500, "api_error", "", "Something went wrong.")
        if self._strikes("refuse", request):
            return error(
                400, "invalid_request_error", "amount_too_small", "Amount must be at least 50 cents."
            )
        if request.path == "/v1/events":
            return await self.listed(request)
        status, answer = await self._once(request, body, key)
        if self._strikes("hold", request):
            await self.let_go.wait()
        if self._strikes("lose", request):
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=status, body=answer, content_type="application/json")

    def _strikes(self, mood: str, request: web.Request) -> bool:
        left = self.moods.get(mood, 0)
        if not left or not request.path.startswith(self.moods.get("only", "/")):
            return False
        if request.method == "GET" and "only" not in self.moods:
            return mood == "fail" and left > 1000
        self.moods[mood] = left - 1
        return True

    async def _once(self, request: web.Request, body: str, key: str | None) -> tuple[int, bytes]:
        whole = f"{request.path} {body}"
        if key in self.kept:
            first, status, answer = self.kept[key]
            if first != whole:
                refusal = error(400, "idempotency_error", "", "The key was used for another request.")
                return 400, bytes(refusal.body or b"")
            return status, answer
        status, answer = await self._passed_on(request, body)
        if key is not None:
            self.kept[key] = (whole, status, answer)
        return status, answer

    async def _passed_on(self, request: web.Request, body: str) -> tuple[int, bytes]:
        if (
            request.method == "POST"
            and request.path == "/v1/refunds"
            and (refusal := await self._too_much(request, body))
        ):
            return refusal
        headers = {"Authorization": request.headers.get("Authorization", "")}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        async with (
            ClientSession() as session,
            session.request(
                request.method,
                f"{self.target}{request.path_qs}",
                data=known(request.path, body) if body else None,
                headers=headers,
            ) as answer,
        ):
            return answer.status, shown(request.path, await answer.read())

    async def _too_much(self, request: web.Request, body: str) -> tuple[int, bytes] | None:
        sent = dict(parse_qsl(body))
        intent = sent["payment_intent"]
        headers = {"Authorization": request.headers.get("Authorization", "")}
        async with ClientSession(headers=headers) as session:
            async with session.get(f"{self.target}/v1/payment_intents/{intent}") as answer:
                charged = (await answer.json())["amount"]
            async with session.get(f"{self.target}/v1/refunds?payment_intent={intent}") as answer:
                left = charged - sum(refund["amount"] for refund in (await answer.json())["data"])
        if int(sent.get("amount", left)) <= left:
            return None
        code = "charge_already_refunded" if left == 0 else ""
        refusal = error(400, "invalid_request_error", code, "More than is left of the charge.")
        return 400, bytes(refusal.body or b"")


def known(path: str, body: str) -> str:
    allowed = KNOWN.get(path)
    pairs = parse_qsl(body)
    return urlencode(
        [(name, value) for name, value in pairs if allowed is None or name.split("[")[0] in allowed]
    )


def shown(path: str, body: bytes) -> bytes:
    """As Stripe shows it: an intent has what was received."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if isinstance(document, dict) and document.get("object") == "payment_intent":
        document["amount_received"] = document["amount"] if document["status"] == "succeeded" else 0
    return json.dumps(document).encode()


def error(status: int, kind: str, code: str, message: str) -> web.Response:
    said: Mapping[str, Any] = {"error": {"type": kind, "code": code, "message": message}}
    return web.json_response(said, status=status, headers={"Stripe-Should-Retry": "false"})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--target", required=True)
    asked = parser.parse_args()
    app = web.Application()
    proxy = Proxy(asked.target)
    app.router.add_post("/-/mood", proxy.mood)
    app.router.add_get("/-/calls", proxy.told)
    app.router.add_post("/-/events", proxy.keep)
    app.router.add_route("*", "/{path:.*}", proxy.forward)
    web.run_app(app, host="127.0.0.1", port=asked.port, print=None)


if __name__ == "__main__":
    main()
