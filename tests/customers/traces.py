"""Looks through every column of every table that may hold words, the encrypted ones decrypted."""

from collections.abc import Collection, Iterator

from django.conf import settings
from django.db import connection

from bookingflow.api.idempotency import PURPOSE
from bookingflow.lib import crypto

WORDY = (
    "text", "character varying", "character", "json", "jsonb", "tsvector", "ARRAY", "bytea", "USER-DEFINED", "xml",
)  # fmt: skip


def places_of(words: Collection[str]) -> set[str]:
    """`table.column` of each in which one of the words stands, whatever its case."""
    return {
        place
        for place, text in _texts()
        if any(word.lower() in text.lower() or word.lower() in _digits(text) for word in words)
    }


def _texts() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND data_type = ANY(%s)",
            [list(WORDY)],
        )
        for table, column, kind in cursor.fetchall():
            shown = f'"{column}"' if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT {shown} FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (value,) in cursor.fetchall():
                yield f"{table}.{column}", _plain(value) if kind == "bytea" else value


def _plain(value: bytes) -> str:
    for purpose in (PURPOSE, "erasure"):
        try:
            return crypto.decrypt(bytes(value), purpose=purpose, keys=[settings.SECRET_KEY]).decode()
        except crypto.DecryptionError:
            continue
    return bytes(value).decode(errors="replace")


def _digits(text: str) -> str:
    return text.replace(" ", "").replace("-", "")
