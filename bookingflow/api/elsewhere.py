"""Answers that need another server: asked between two transactions, never inside one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.errors import error_response, request_id_of
from bookingflow.lib.errors import DomainError


def nothing() -> None:
    """There is nothing to undo."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """In place of an answer, from a view's method that is a unit of work: what it did so far is committed, then `ask`
    is called with no transaction open, and `then` gives the answer in a transaction of its own.

    Where `ask` raises a DomainError, `otherwise` undoes in a transaction what was done, and the error is the answer.
    A retry after a crash in between runs the method again: it has to find what it left behind.
    """

    ask: Callable[[], Any]
    then: Callable[[Any], Response]
    otherwise: Callable[[], None] = nothing


Step = Callable[[], Response | Elsewhere]


def go_on(request: Request, answer: Response | Elsewhere, in_one: Callable[[Step], Any]) -> Response:
    """To the answer. `in_one` runs a step in a transaction."""
    if not isinstance(answer, Elsewhere):
        return answer
    found, refusal = None, None
    try:
        found = answer.ask()
    except DomainError as fault:
        refusal = fault

    def last() -> Response:
        if refusal is None:
            return answer.then(found)
        answer.otherwise()
        return error_response(refusal, request_id_of(request))

    given: Response = in_one(last)
    return given
