"""The form of API keys: `bf_live_` + public part + `_` + secret part, which ends in a checksum.

The checksum (CRC32 in base62, as in GitHub's tokens) lets a mistyped key be refused before the database is
asked.
A fast hash is enough: the secret has 142 bits of entropy, and nobody tries those one by one.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Literal

Mode = Literal["live", "test"]

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PUBLIC_LENGTH = 12
_RANDOM_LENGTH = 24
_CHECKSUM_LENGTH = 6
_SECRET_LENGTH = _RANDOM_LENGTH + _CHECKSUM_LENGTH
_FORM = re.compile(rf"bf_(?:live|test)_([0-9A-Za-z]{{{_PUBLIC_LENGTH}}})_[0-9A-Za-z]{{{_SECRET_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """`text` is shown once and never stored; the other two are."""

    text: str
    public_part: str
    secret_hash: bytes


@dataclass(frozen=True, slots=True)
class ParsedKey:
    public_part: str
    secret_hash: bytes


def generate(mode: Mode = "live") -> NewKey:
    public_part = _random_text(_PUBLIC_LENGTH)
    beginning = f"bf_{mode}_{public_part}_{_random_text(_RANDOM_LENGTH)}"
    text = beginning + _checksum(beginning)
    return NewKey(text=text, public_part=public_part, secret_hash=_hash(text))


def parse(text: str) -> ParsedKey | None:
    """None where form or checksum is wrong."""
    form = _FORM.fullmatch(text)
    if form is None or _checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
        return None
    return ParsedKey(public_part=form[1], secret_hash=_hash(text))


def matches(parsed: ParsedKey, stored_hash: bytes) -> bool:
    """In constant time."""
    return hmac.compare_digest(parsed.secret_hash, bytes(stored_hash))


def _random_text(length: int) -> str:
    return "".join(secrets.choice(_BASE62) for _ in range(length))


def _hash(text: str) -> bytes:
    """SHA-256 of the whole key, so that mode and public part are bound to the secret."""
    return hashlib.sha256(text.encode("ascii")).digest()


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode("ascii")), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_BASE62))
        digits = _BASE62[digit] + digits
    return digits
