"""A row that may be there already, inserted without waiting to see an error: an error would end the transaction."""

from django.db import connection, models


def inserted(row: models.Model, *, unless: str) -> bool:
    """False where the unique constraint named `unless` has such a row already; nothing was written then.

    A twin that is just being written is waited for. Every column takes its value from `row`: what the database
    would fill in has to be set beforehand.
    """
    fields = row._meta.local_concrete_fields
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_statement(row, unless), values)
        row._state.adding = False
        return bool(cursor.rowcount == 1)


def _statement(row: models.Model, unless: str) -> str:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in row._meta.local_concrete_fields if field.column]
    places = ", ".join(["%s"] * len(columns))
    return (
        f"INSERT INTO {quote(row._meta.db_table)} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
        f" ON CONFLICT ON CONSTRAINT {quote(unless)} DO NOTHING"
    )
