"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_log_entry_seq_not_negative")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_log_entry_hash")),
        sa.UniqueConstraint("prev", name=op.f("uq_log_entry_prev")),
    )
    op.create_index(op.f("ix_log_entry_kind"), "log_entry", ["kind"], unique=False)

    op.create_table(
        "received_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(state = 'refused') = (code IS NOT NULL)", name=op.f("ck_received_file_refusal_has_code")),
        sa.CheckConstraint(
            "kind IN ('station_report', 'desk_book', 'share')", name=op.f("ck_received_file_kind_known")
        ),
        sa.CheckConstraint("state IN ('accepted', 'refused')", name=op.f("ck_received_file_state_known")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_received_file_hash_length")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_received_file")),
    )
    op.create_table(
        "village",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("definition_signature", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("trustees", sa.LargeBinary(), nullable=False),
        sa.Column("rule_pack", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(definition_hash) = 64", name=op.f("ck_village_hash_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village")),
        sa.UniqueConstraint("code", "date", name=op.f("uq_village_code_date")),
        sa.UniqueConstraint("definition_hash", name=op.f("uq_village_definition_hash")),
    )

    op.create_table(
        "station",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=64), nullable=False),
        sa.Column("election", sa.LargeBinary(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(uuid) >= 14", name=op.f("ck_station_uuid_length")),
        sa.CheckConstraint("number BETWEEN 1 AND 999", name=op.f("ck_station_number_range")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_station_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("uuid", name=op.f("uq_station_uuid")),
        sa.UniqueConstraint("village_id", "number", name=op.f("uq_station_village_id_number")),
    )
    op.create_table(
        "board",
        sa.Column("station_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("timestamp", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("encrypted_tally", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("ballots >= 0", name=op.f("ck_board_ballots_not_negative")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_board_station_id")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_board")),
    )
    op.create_table(
        "booth",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 255", name=op.f("ck_booth_number_range")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_booth_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth")),
        sa.UniqueConstraint("station_id", "number", name=op.f("uq_booth_station_id_number")),
    )
    op.create_table(
        "desk_book",
        sa.Column("station_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["received_file.sha256"], name=op.f("fk_desk_book_sha256")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_desk_book_station_id")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_desk_book")),
        sa.UniqueConstraint("sha256", name=op.f("uq_desk_book_sha256")),
    )
    op.create_table(
        "report",
        sa.Column("booth_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("tokens_spent", sa.Integer(), nullable=False),
        sa.Column("slips_cast", sa.Integer(), nullable=False),
        sa.Column("slips_void", sa.Integer(), nullable=False),
        sa.CheckConstraint("ballots >= 0", name=op.f("ck_report_ballots_not_negative")),
        sa.CheckConstraint("tokens_spent >= 0", name=op.f("ck_report_tokens_spent_not_negative")),
        sa.CheckConstraint("slips_cast >= 0", name=op.f("ck_report_slips_cast_not_negative")),
        sa.CheckConstraint("slips_void >= 0", name=op.f("ck_report_slips_void_not_negative")),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name=op.f("fk_report_booth_id")),
        sa.ForeignKeyConstraint(["sha256"], ["received_file.sha256"], name=op.f("fk_report_sha256")),
        sa.PrimaryKeyConstraint("booth_id", name=op.f("pk_report")),
        sa.UniqueConstraint("sha256", name=op.f("uq_report_sha256")),
    )
    op.create_table(
        "result",
        sa.Column("station_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side_file", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["board.station_id"], name=op.f("fk_result_station_id")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_result")),
    )
    op.create_table(
        "share",
        sa.Column("station_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("owner >= 1", name=op.f("ck_share_owner_positive")),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_share_sequence_positive")),
        sa.ForeignKeyConstraint(["station_id"], ["board.station_id"], name=op.f("fk_share_station_id")),
        sa.PrimaryKeyConstraint("station_id", "owner", name=op.f("pk_share")),
        sa.UniqueConstraint("station_id", "sequence", name=op.f("uq_share_station_id_sequence")),
    )
    op.create_table(
        "ballot",
        sa.Column("tracker", sa.String(length=43), nullable=False),
        sa.Column("credential", sa.String(length=64), nullable=False),
        sa.Column("booth_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["report.booth_id"], name=op.f("fk_ballot_booth_id")),
        sa.PrimaryKeyConstraint("tracker", name=op.f("pk_ballot")),
        sa.UniqueConstraint("credential", name=op.f("uq_ballot_credential")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ballot_booth_id"), "ballot", ["booth_id"], unique=False)

    op.create_table(
        "count",
        sa.Column("station_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.CheckConstraint("choice BETWEEN 0 AND 10", name=op.f("ck_count_choice_range")),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_count_votes_not_negative")),
        sa.ForeignKeyConstraint(["station_id"], ["result.station_id"], name=op.f("fk_count_station_id")),
        sa.PrimaryKeyConstraint("station_id", "choice", name=op.f("pk_count")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_log_postgresql()
    else:
        _guard_log_sqlite()


def _guard_log_sqlite() -> None:
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER log_entry_no_{act.lower()} BEFORE {act} ON log_entry "
            "BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER log_entry_next BEFORE INSERT ON log_entry "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM log_entry) "
        "OR NEW.prev <> COALESCE((SELECT hash FROM log_entry WHERE seq = NEW.seq - 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') "
        "BEGIN SELECT RAISE(ABORT, 'log_entry: not the next entry'); END"
    )


def _guard_log_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION log_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'log_entry is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER log_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION log_entry_refuse()"
    )
    op.execute(
        "CREATE FUNCTION log_entry_check_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "LOCK TABLE log_entry IN SHARE ROW EXCLUSIVE MODE; "
        "IF NEW.seq <> (SELECT COALESCE(MAX(seq) + 1, 0) FROM log_entry) OR NEW.prev <> "
        "COALESCE((SELECT hash FROM log_entry WHERE seq = NEW.seq - 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') "
        "THEN RAISE EXCEPTION 'log_entry: not the next entry'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER log_entry_next BEFORE INSERT ON log_entry FOR EACH ROW EXECUTE FUNCTION log_entry_check_next()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER log_entry_next ON log_entry")
        op.execute("DROP TRIGGER log_entry_no_change ON log_entry")
        op.execute("DROP FUNCTION log_entry_check_next")
        op.execute("DROP FUNCTION log_entry_refuse")
    else:
        for name in ("no_update", "no_delete", "next"):
            op.execute(f"DROP TRIGGER log_entry_{name}")
    op.drop_table("count")
    op.drop_table("ballot")
    op.drop_table("share")
    op.drop_table("result")
    op.drop_table("report")
    op.drop_table("desk_book")
    op.drop_table("booth")
    op.drop_table("board")
    op.drop_table("station")
    op.drop_table("village")
    op.drop_table("received_file")
    op.drop_table("log_entry")
