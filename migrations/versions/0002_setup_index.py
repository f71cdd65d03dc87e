"""what the committee committed itself to before the day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("village") as table:
        table.add_column(sa.Column("setup_index", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("setup_signature", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("village") as table:
        table.drop_column("setup_signature")
        table.drop_column("setup_index")
