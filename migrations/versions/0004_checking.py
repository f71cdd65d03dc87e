"""what is to be checked is a state in the database; held files and who decided about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD = {
    "state_known": "state IN ('accepted', 'refused')",
    "refusal_has_code": "(state = 'refused') = (code IS NOT NULL)",
}
NEW = {
    "state_known": "state IN ('received', 'checking', 'accepted', 'refused', 'held')",
    "refusal_has_code": "(state IN ('refused', 'held')) = (code IS NOT NULL)",
}
ADDED = {
    "checking_has_worker": "(state = 'checking') = (worker IS NOT NULL)",
    "worker_has_lease": "(worker IS NULL) = (lease_until IS NULL)",
    "attempts_not_negative": "attempts >= 0",
    "checked_range": "checked >= 0 AND (total IS NULL OR checked <= total)",
}
COLUMNS = ("worker", "lease_until", "attempts", "checked", "total", "booth_id", "station_id")
PLACES = ("booth", "station")


def upgrade() -> None:
    with op.batch_alter_table("received_file") as table:
        for name in OLD:
            table.drop_constraint(op.f(f"ck_received_file_{name}"), type_="check")
        table.add_column(sa.Column("worker", sa.String(length=100), nullable=True))
        table.add_column(sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("checked", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("total", sa.Integer(), nullable=True))
        for place in PLACES:
            table.add_column(sa.Column(f"{place}_id", sa.Integer(), nullable=True))
            name = op.f(f"fk_received_file_{place}_id")
            table.create_foreign_key(name, place, [f"{place}_id"], ["id"])
        for name, rule in {**NEW, **ADDED}.items():
            table.create_check_constraint(op.f(f"ck_received_file_{name}"), sa.text(rule))
    op.create_index("ix_received_file_state_received_at", "received_file", ["state", "received_at"])
    for place in PLACES:
        op.create_index(op.f(f"ix_received_file_{place}_id"), "received_file", [f"{place}_id"])
    op.execute(
        "UPDATE received_file SET booth_id = (SELECT booth_id FROM report WHERE report.sha256 = received_file.sha256)"
    )
    op.execute(
        "UPDATE received_file SET station_id = COALESCE("
        "(SELECT station_id FROM booth WHERE booth.id = received_file.booth_id), "
        "(SELECT station_id FROM desk_book WHERE desk_book.sha256 = received_file.sha256))"
    )
    op.create_table(
        "decision",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=100), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('check-again', 'refuse', 'replace')", name=op.f("ck_decision_verdict_known")),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_decision_two_people")),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_decision_confirmed_whole")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_decision_reason_given")),
        sa.ForeignKeyConstraint(["sha256"], ["received_file.sha256"], name=op.f("fk_decision_sha256")),
        sa.PrimaryKeyConstraint("sha256", "number", name=op.f("pk_decision")),
    )


def downgrade() -> None:
    """Files that were not decided yet are kept aside, for the older program knows no such state."""
    op.drop_table("decision")
    for place in PLACES:
        op.drop_index(op.f(f"ix_received_file_{place}_id"), "received_file")
    op.drop_index("ix_received_file_state_received_at", "received_file")
    op.execute(
        "UPDATE received_file SET state = 'refused', worker = NULL, lease_until = NULL, "
        "code = COALESCE(code, 'not-checked'), reason = COALESCE(reason, 'Belum diperiksa.') "
        "WHERE state IN ('received', 'checking', 'held')"
    )
    with op.batch_alter_table("received_file") as table:
        for name in (*NEW, *ADDED):
            table.drop_constraint(op.f(f"ck_received_file_{name}"), type_="check")
        for place in PLACES:
            table.drop_constraint(op.f(f"fk_received_file_{place}_id"), type_="foreignkey")
        for name in COLUMNS:
            table.drop_column(name)
        for name, rule in OLD.items():
            table.create_check_constraint(op.f(f"ck_received_file_{name}"), sa.text(rule))
