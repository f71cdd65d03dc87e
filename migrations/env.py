"""Alembic's entry: the engine is handed over by ``epilwu.tally.database``; there is no ini file."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Engine

from epilwu.tally.models import Base

engine = context.config.attributes["engine"]
assert isinstance(engine, Engine)

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
