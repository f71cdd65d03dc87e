"""What the server may do in a PostgreSQL database that another role owns.

The owner's role migrates and nothing else; the server's role may add to the log and to what was signed of it, and can
neither change nor remove, nor switch the guarding triggers off, for it owns no table. On SQLite the file's owner owns
everything: there the triggers stop mistakes, and the checkpoints that others keep stop the rest.
"""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from epilwu.tally.errors import DatabaseRefused
from epilwu.tally.models import Base

GROWING = ("log_entry", "signed_head", "cosignature")
"""Tables that only grow."""


def grant_server(engine: Engine, role: str) -> None:
    """Give the PostgreSQL ``role`` what the server needs, and take whatever else it had on these tables.

    To be run by the tables' owner after each migration. Raises ``DatabaseRefused`` on another database, or where the
    role is missing, owns the tables, or is a superuser: such a role could not be held to anything.
    """
    if engine.dialect.name != "postgresql":
        raise DatabaseRefused("Hak akses hanya dapat diatur pada PostgreSQL.", todo="Hilangkan pilihan --grant.")
    quote = engine.dialect.identifier_preparer.quote
    name, everything = quote(role), ", ".join(quote(table.name) for table in Base.metadata.sorted_tables)
    grow = ", ".join(map(quote, GROWING))
    rest = ", ".join(quote(table.name) for table in Base.metadata.sorted_tables if table.name not in GROWING)
    try:
        with engine.begin() as connection:
            _check_role(connection.scalar(_STRENGTH, {"role": role}), role)
            for statement in (
                f"REVOKE ALL ON {everything}, alembic_version FROM {name}",
                f"GRANT SELECT ON {everything}, alembic_version TO {name}",
                f"GRANT INSERT ON {everything} TO {name}",
                f"GRANT UPDATE, DELETE ON {rest} TO {name}",
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {grow} FROM {name}, PUBLIC",
                f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
            ):
                connection.execute(text(statement))
    except SQLAlchemyError as error:
        raise DatabaseRefused("Hak akses tidak dapat diatur.", where=role) from error


_STRENGTH = text(
    "SELECT CASE WHEN rolsuper OR rolcreaterole OR rolreplication THEN 'super' "
    "WHEN EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'log_entry' "
    "AND pg_has_role(rolname, tableowner, 'member')) THEN 'owner' ELSE 'plain' END "
    "FROM pg_roles WHERE rolname = :role"
)


def _check_role(strength: object, role: str) -> None:
    if strength != "plain":
        what = "Peran ini tidak ada." if strength is None else "Peran ini terlalu berkuasa untuk menjalankan server."
        raise DatabaseRefused(what, where=role, todo="Buat peran biasa: CREATE ROLE nama LOGIN.")
