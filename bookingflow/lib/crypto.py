"""Secrets at rest: Fernet under keys derived (HKDF-SHA256, RFC 5869) from the installation's secret keys.

Each purpose has a key of its own, so that what was encrypted for one can't be passed off as another's.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class DecryptionError(Exception):
    """The token was spoilt, made for another purpose, or made with a secret key that is no longer known."""


def encrypt(plain: bytes, *, purpose: str, keys: Sequence[str]) -> bytes:
    """`keys`: the present secret key, then former ones. The first encrypts. Raises ValueError without any."""
    return _box(purpose, tuple(keys)).encrypt(plain)


def decrypt(token: bytes, *, purpose: str, keys: Sequence[str]) -> bytes:
    """Any of `keys` will do. Raises DecryptionError."""
    try:
        return _box(purpose, tuple(keys)).decrypt(token)
    except InvalidToken:
        raise DecryptionError(f"No known secret key decrypts this {purpose}.") from None


@lru_cache(maxsize=64)
def _box(purpose: str, keys: tuple[str, ...]) -> MultiFernet:
    if not keys or not all(keys):
        raise ValueError("Encryption needs a secret key.")
    return MultiFernet([Fernet(_derived_key(purpose, key)) for key in keys])


def _derived_key(purpose: str, key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"bookingflow:{purpose}".encode())
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
