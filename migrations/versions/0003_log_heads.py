"""what was signed of the log, by the server and by witnesses; closer guards on the log itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GROWING = ("signed_head", "cosignature")


def upgrade() -> None:
    op.create_table(
        "signed_head",
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 1", name=op.f("ck_signed_head_size_positive")),
        sa.PrimaryKeyConstraint("origin", "size", name=op.f("pk_signed_head")),
    )
    op.create_table(
        "cosignature",
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("time >= 0", name=op.f("ck_cosignature_time_not_negative")),
        sa.ForeignKeyConstraint(
            ["origin", "size"], ["signed_head.origin", "signed_head.size"], name=op.f("fk_cosignature_origin_size")
        ),
        sa.PrimaryKeyConstraint("origin", "size", "name", "key_id", name=op.f("pk_cosignature")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    # The hash of an earlier entry under a new number would, with INSERT OR REPLACE, remove that entry where
    # recursive_triggers is off; so what is known already is refused before any replacing begins.
    op.execute("DROP TRIGGER log_entry_next")
    op.execute(
        "CREATE TRIGGER log_entry_next BEFORE INSERT ON log_entry "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM log_entry) "
        "OR NEW.prev <> COALESCE((SELECT hash FROM log_entry WHERE seq = NEW.seq - 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') "
        "OR EXISTS (SELECT 1 FROM log_entry WHERE hash = NEW.hash OR prev = NEW.prev) "
        "BEGIN SELECT RAISE(ABORT, 'log_entry: not the next entry'); END"
    )
    for table in GROWING:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        "CREATE TRIGGER signed_head_once BEFORE INSERT ON signed_head "
        "WHEN EXISTS (SELECT 1 FROM signed_head WHERE origin = NEW.origin AND size = NEW.size) "
        "BEGIN SELECT RAISE(ABORT, 'signed_head is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER cosignature_once BEFORE INSERT ON cosignature "
        "WHEN EXISTS (SELECT 1 FROM cosignature WHERE origin = NEW.origin AND size = NEW.size "
        "AND name = NEW.name AND key_id = NEW.key_id) "
        "BEGIN SELECT RAISE(ABORT, 'cosignature is append-only'); END"
    )


def _guard_postgresql() -> None:
    # LOCK TABLE asks for rights that the server's role must not have; the advisory lock (the program's) asks for none.
    op.execute(
        "CREATE OR REPLACE FUNCTION log_entry_check_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_advisory_xact_lock(435677851495); "
        "IF NEW.hash <> encode(sha256(NEW.data), 'hex') "
        "OR NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM log_entry) "
        "OR NEW.prev <> COALESCE((SELECT hash FROM log_entry WHERE seq = NEW.seq - 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') "
        "THEN RAISE EXCEPTION 'log_entry: not the next entry'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in GROWING:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION log_entry_check_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "LOCK TABLE log_entry IN SHARE ROW EXCLUSIVE MODE; "
            "IF NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM log_entry) "
            "OR NEW.prev <> COALESCE((SELECT hash FROM log_entry WHERE seq = NEW.seq - 1), "
            "'0000000000000000000000000000000000000000000000000000000000000000') "
            "THEN RAISE EXCEPTION 'log_entry: not the next entry'; END IF; RETURN NEW; END $$"
        )
        op.drop_table("cosignature")
        op.drop_table("signed_head")
        op.execute("DROP FUNCTION only_grows")
        return
    op.drop_table("cosignature")
    op.drop_table("signed_head")
    op.execute("DROP TRIGGER log_entry_next")
    op.execute(
        "CREATE TRIGGER log_entry_next BEFORE INSERT ON log_entry "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM log_entry) "
        "OR NEW.prev <> COALESCE((SELECT hash FROM log_entry WHERE seq = NEW.seq - 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') "
        "BEGIN SELECT RAISE(ABORT, 'log_entry: not the next entry'); END"
    )
