"""A process that dies at any of its steps: before it asks Stripe and once it was answered, before and after a commit.

Dying is what SIGKILL does, as far as anybody else can see: the connection is gone with what it held, nothing that would
have come after is done, and what was to be done after a commit isn't either.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from bookings.payments import stripe


class Killed(BaseException):
    """At this step. No handler of errors sees it."""


class Fate:
    """`left` steps are still to come, the last of them deadly; with 0 there is no end. `steps` are those that went by,
    by name, `deaths` those that were the last."""

    def __init__(self) -> None:
        self.left = 0
        self.steps: dict[str, int] = {}
        self.deaths: dict[str, int] = {}

    def step(self, name: str) -> None:
        self.steps[name] = self.steps.get(name, 0) + 1
        self.left -= 1
        if self.left == 0:
            self.deaths[name] = self.deaths.get(name, 0) + 1
            _let_go()
            raise Killed(name)


@contextmanager
def mortal() -> Iterator[Fate]:
    """All that the product does in this thread goes by steps."""
    fate = Fate()
    ask, commit = stripe._asked, connection.commit

    def asked(call: Callable[..., Any]) -> Any:
        fate.step("before Stripe is asked")
        try:
            return ask(call)
        finally:
            fate.step("once Stripe has answered")

    def committed() -> None:
        fate.step("before a commit")
        commit()
        fate.step("after a commit")

    stripe._asked, connection.commit = asked, committed  # type: ignore[assignment,method-assign]
    try:
        yield fate
    finally:
        stripe._asked = ask
        del connection.commit


def _let_go() -> None:
    if connection.connection is not None:
        connection.connection.close()
    connection.close()
