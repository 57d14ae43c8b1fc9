"""Idempotency keys: the first answer again, and the change made once.

The answer is stored in the transaction of the change, so there is never one without the other. A twin that comes
while the first is running is told so at once (an advisory lock, tried without waiting). A refused call rolls back
alone, to a savepoint, while its refusal is kept.
"""

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.models.functions import Now
from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api import unit_of_work
from bookingflow.api.authentication import caller_key
from bookingflow.api.elsewhere import Elsewhere, Step, go_on
from bookingflow.api.errors import error_response, request_id_of
from bookingflow.api.models import StoredAnswer
from bookingflow.lib import crypto, json
from bookingflow.lib.errors import Fault, IdempotencyConflict, IdempotencyInProgress, InvalidRequest

PURPOSE = "stored-answer"
HEADER = "Idempotency-Key"
NEVER_KEPT = frozenset({401, 403, 429})
KEPT_HEADERS = ("Location", "ETag")
_BARE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?\Z")
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"\Z')

Handler = Callable[..., Any]


def mutation(handler: Handler) -> Handler:
    """Marks a view's method that changes something: one unit of work, under the request's key if it has one."""
    return _unit_of_work(handler, needs_key=False)


def keyed_mutation(handler: Handler) -> Handler:
    """The same where a request without a key is refused."""
    return _unit_of_work(handler, needs_key=True)


def _unit_of_work(handler: Handler, *, needs_key: bool) -> Handler:
    @wraps(handler)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = key_of(request)
        if key is None and needs_key:
            raise InvalidRequest.of(Fault(HEADER, "This header is required.", "required"))
        work = partial(handler, view, request, *args, **kwargs)
        if key is None:
            return go_on(request, unit_of_work.run(work), unit_of_work.run)
        print_ = fingerprint(request)

        def in_one(step: Step) -> Any:
            return unit_of_work.run(lambda: _answer_once(request, key, print_, step))

        try:
            return go_on(request, in_one(work), in_one)
        finally:
            _let_go(request, key)

    run.is_unit_of_work = True  # type: ignore[attr-defined]
    return run


def key_of(request: Request) -> str | None:
    """The `Idempotency-Key`, bare or quoted as a structured-field string (IETF draft): the same key. None if absent."""
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    sent = sent.strip()
    if quoted := _QUOTED.match(sent):
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if sent.startswith('"') or not _BARE.match(sent):
        raise InvalidRequest.of(Fault(HEADER, "must be 1–255 printable ASCII characters"))
    return sent


def fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, path (without alias and slash), query string, body as JSON."""
    raw = request._request.body
    try:
        body = json.canonical(json.loads(raw)) if raw.strip() else b""
    except (json.JSONDecodeError, TypeError):  # no JSON, or nested too deep to be written again
        body = raw
    parts = (request.method or "", request.path, request.META.get("QUERY_STRING", ""))
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).digest()


def attempt_of(request: Request) -> tuple[bytes, bytes] | None:
    """What names a keyed request in what it leaves behind: of its key, and of itself. None without a key."""
    key = key_of(request)
    if key is None:
        return None
    return _digest(caller_key(request).organization_id, key), fingerprint(request)


def _answer_once(request: Request, key: str, print_: bytes, work: Step) -> Any:
    if (kept := _kept_answer(request, key, print_)) is not None:
        return kept
    response = _answered(request, transaction.atomic()(work))
    if isinstance(response, Elsewhere):
        _hold(request, key)
        return response
    if response.status_code < 500 and response.status_code not in NEVER_KEPT:
        _store(caller_key(request).organization_id, key, print_, response)
    return response


def _kept_answer(request: Request, key: str, print_: bytes) -> Response | None:
    """Holds the key until the transaction ends. Raises IdempotencyInProgress, IdempotencyConflict."""
    organization_id = caller_key(request).organization_id
    _lock(organization_id, key)
    kept_since = Now() - timedelta(hours=settings.IDEMPOTENCY_KEPT_HOURS)
    stored = StoredAnswer.objects.filter(
        organization_id=organization_id, key=key, created_at__gt=kept_since
    ).first()
    return None if stored is None else _replay(stored, print_)


def _answered(request: Request, work: Step) -> Any:
    """What `work` answers, a refusal too."""
    try:
        return work()
    except OperationalError:
        raise
    except IntegrityError as fault:
        return error_response(unit_of_work.translated(fault), request_id_of(request))
    except Exception as fault:  # every refusal is an answer; which are kept is decided by whoever asked
        return error_response(fault, request_id_of(request))


def _lock(organization_id: UUID, key: str) -> None:
    if not _advisory("pg_try_advisory_xact_lock", organization_id, key):
        raise IdempotencyInProgress


def _hold(request: Request, key: str) -> None:
    """Beyond the transaction, until another server has answered: the connection holds it, and ends with its process."""
    if not getattr(request._request, "_holds_key", False):  # the step may have been tried again
        held = _advisory("pg_try_advisory_lock", caller_key(request).organization_id, key)
        request._request._holds_key = held  # type: ignore[attr-defined]


def _let_go(request: Request, key: str) -> None:
    if getattr(request._request, "_holds_key", False):
        with suppress(DatabaseError):  # a connection that was lost has let go by itself
            _advisory("pg_advisory_unlock", caller_key(request).organization_id, key)


def _advisory(function: str, organization_id: UUID, key: str) -> bool:
    number = int.from_bytes(_digest(organization_id, key)[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [number])
        return bool(cursor.fetchone()[0])


def _digest(organization_id: UUID, key: str) -> bytes:
    return hashlib.sha256(organization_id.bytes + key.encode()).digest()


def _store(organization_id: UUID, key: str, print_: bytes, response: Response) -> None:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    body = json.dumps(response.data) if response.data is not None else b""
    answer = json.dumps({"status": response.status_code, "headers": headers, "body": body.decode()})
    row = StoredAnswer(
        organization_id=organization_id,
        key=key,
        fingerprint=print_,
        answer=crypto.encrypt(answer, purpose=PURPOSE, keys=_keys()),
        created_at=Now(),
    )
    StoredAnswer.objects.bulk_create(  # in place of one that has outlived its day and waits for the sweep
        [row],
        update_conflicts=True,
        unique_fields=["organization", "key"],
        update_fields=["fingerprint", "answer", "created_at"],
    )


def _replay(stored: StoredAnswer, print_: bytes) -> Response:
    if bytes(stored.fingerprint) != print_:
        raise IdempotencyConflict
    answer = json.loads(crypto.decrypt(bytes(stored.answer), purpose=PURPOSE, keys=_keys()))
    body = json.Fragment(answer["body"]) if answer["body"] else None
    headers = answer["headers"] | {"Idempotent-Replayed": "true"}
    return Response(body, status=answer["status"], headers=headers)


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
