"""`ETag`, `If-Match` and `If-None-Match` (RFC 9110, section 13): nobody overwrites what they have not seen, and
nobody is sent what they have."""

import re
from datetime import datetime
from typing import Protocol

from rest_framework.request import Request

from bookingflow.lib.errors import Fault, InvalidRequest, PreconditionFailed

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e]*)"\s*(?:,|\Z)')


class Versioned(Protocol):
    sequence: int
    updated_at: datetime


def etag_of(row: Versioned) -> str:
    """Every change of its own counts up one of the two. What is computed beside it doesn't count, such as
    availability; nor what is another row's, such as a customer's name, or what the clock alone makes of it."""
    return f'"{row.sequence:x}-{int(row.updated_at.timestamp() * 1_000_000):x}"'


class IfMatch:
    """What the request asks the resource to be still. Held against the row after it is locked."""

    def __init__(self, request: Request) -> None:
        sent = request.headers.get("If-Match")
        self.tags = None if sent is None else _tags(sent)

    def check(self, row: Versioned) -> None:
        """Raises PreconditionFailed where the row is no longer what the client has seen."""
        if self.tags is not None and "*" not in self.tags and etag_of(row) not in self.tags:
            raise PreconditionFailed


class IfNoneMatch:
    """What the client has already."""

    def __init__(self, request: Request) -> None:
        self.sent = request.headers.get("If-None-Match", "")

    def holds(self, tag: str) -> bool:
        """Whether it has the version of this tag: then 304 will do. Weak tags match too (section 13.1.2): what
        compresses an answer on its way weakens its tag. What can't be read is no reason to refuse."""
        return self.sent.strip() == "*" or tag.strip('"') in {found[2] for found in _TAG.finditer(self.sent)}


def _tags(sent: str) -> frozenset[str]:
    """Weak tags never match strongly (section 13.1.1), so they are left out."""
    if sent.strip() == "*":
        return frozenset({"*"})
    found, end = [], 0
    while end < len(sent):
        tag = _TAG.match(sent, end)
        if tag is None:
            raise InvalidRequest.of(Fault("If-Match", 'Entity tags are quoted, as in "2-64f1c2"; or *.'))
        found += [] if tag[1] else [f'"{tag[2]}"']
        end = tag.end()
    return frozenset(found)
