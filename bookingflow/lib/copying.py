"""Many rows at once, by COPY: a fraction of what an INSERT of them takes, and every constraint holds as for one."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Refusals of the database are Django's, as after any other statement."""
    quote = connection.ops.quote_name
    statement = f"COPY {quote(table)} ({', '.join(map(quote, columns))}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def copy_in(rows: Sequence[models.Model], *, table: str = "") -> None:
    """New rows of one model, into its table if no other is named. What the database fills in for the first of them it
    fills in for all."""
    if not rows:
        return
    first = rows[0]
    fields = [field for field in first._meta.local_concrete_fields if not _filled_in(field, first)]
    columns = [str(field.column) for field in fields]
    here = connections[DEFAULT_DB_ALIAS]  # which `connection` would look up for every value
    copy_rows(
        table or first._meta.db_table,
        columns,
        ([field.get_db_prep_save(field.pre_save(row, add=True), here) for field in fields] for row in rows),
    )
    for row in rows:
        row._state.adding = False


def copy_new(rows: Sequence[models.Model], *, unless: str) -> set[Any]:
    """As `copy_in`, but for those that the unique constraint named `unless` has already. Gives the keys of the rest."""
    if not rows:
        return set()
    meta, quote = rows[0]._meta, connection.ops.quote_name
    table, waiting, key = quote(meta.db_table), quote(f"{meta.db_table}_copied"), quote(str(meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {waiting} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP")
        copy_in(rows, table=f"{meta.db_table}_copied")
        cursor.execute(
            f"INSERT INTO {table} SELECT * FROM {waiting}"  # noqa: S608  names of our own
            f" ON CONFLICT ON CONSTRAINT {quote(unless)} DO NOTHING RETURNING {key}"
        )
        stored = {value for (value,) in cursor.fetchall()}
        cursor.execute(f"DROP TABLE {waiting}")
    return stored


def number_rows(rows: Sequence[models.Model]) -> None:
    """Gives them the keys that the database would, for others to point to before they are copied."""
    if not rows:
        return
    table, key = rows[0]._meta.db_table, rows[0]._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, key, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number


def _filled_in(field: "models.Field[Any, Any]", row: models.Model) -> bool:
    value = getattr(row, field.attname)
    return isinstance(value, DatabaseDefault) or (field.primary_key and value is None)
